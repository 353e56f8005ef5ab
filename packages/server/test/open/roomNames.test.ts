import { limits } from '@sotto/protocol'
import { expect, it } from 'vitest'
import { makeRooms } from '../../src/open/rooms/rooms.ts'
import { asRefusal } from '../../src/open/failure.ts'
import type { OpenRoom, OpenUser } from '../../src/open/store.ts'

const alice = { id: 1, name: 'alice', account: null } as unknown as OpenUser

it('a description shows all of itself in several lines, or no room is made', async () => {
  const rooms = makeRooms({
    store: { create: async () => 'taken' },
    quota: { reserve: async () => ({ entries: [], giveBack: () => {}, spent: () => {} }) },
    clock: { nowMs: () => 0 },
    limits,
  } as unknown as Parameters<typeof makeRooms>[0])
  const made = (description: string) =>
    rooms.create(alice, { name: 'Room', description, isPrivate: false }).catch((error: unknown) => {
      const refusal = asRefusal(error)
      return refusal ? [refusal.code, refusal.detail.reason] : error
    })
  expect(await made('a\0b')).toEqual(['PAYLOAD_INVALID', 'line'])
  expect(await made('a\n\u202eb')).toEqual(['PAYLOAD_INVALID', 'turns'])
  expect(await made('a\n\u2800')).toEqual(['PAYLOAD_INVALID', 'empty'])
  expect(await made('a\n\n\tb \u{1f642}\r\nc')).toEqual(['ROOM_EXISTS', undefined])
  expect(await made('')).toEqual(['ROOM_EXISTS', undefined])
})

it('NAME-2: a room that was made when more names were taken is still joined by its name, and none is made like it', async () => {
  const known = new Map(
    ['public/a\u1160b', 'public/tm news'].map((name) => [name, { name } as unknown as OpenRoom]),
  )
  const rooms = makeRooms({
    store: { publicRoomNamed: async (name: string) => known.get(name) },
    limits,
  } as unknown as Parameters<typeof makeRooms>[0])
  const join = (name: string) =>
    rooms.namedOrNew(alice, name).then(
      (room) => room.name,
      (error: unknown) => asRefusal(error)?.detail.reason,
    )
  expect(await join('A\u3164B')).toBe('public/a\u1160b')
  expect(await join('TM news')).toBe('public/tm news')
  expect(await join('b\u3164a')).toBe('invisible')
})
