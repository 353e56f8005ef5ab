import { emptyDraft, type RoomView } from '@sotto/client'
import { expect, test } from 'vitest'
import { listed, neighbour } from '../src/features/rooms/neighbour.ts'
import { roomsFound } from '../src/features/rooms/roomsFound.ts'

const room = (id: string, name: string, part: Partial<RoomView> = {}): RoomView => ({
  id,
  kind: 'encrypted',
  name,
  state: { kind: 'active' },
  unread: 0,
  readSeq: 0,
  memberCount: 2,
  latest: null,
  draft: emptyDraft,
  commands: [],
  ...part,
})
const rooms = [
  room('1', 'General'),
  room('2', 'Crème brûlée', { unread: 2 }),
  room('3', '', { state: { kind: 'invited', inviter: 'Bob', timeMs: 0, kept: false } }),
]
const idsOf = (found: readonly RoomView[]) => found.map(({ id }) => id)

test('rooms are found by any part of their name, without regard to case and accents', () => {
  expect(idsOf(roomsFound(rooms, 'BRU cr'))).toEqual(['2'])
  expect(idsOf(roomsFound(rooms, '  '))).toEqual(['1', '2', '3'])
  expect(idsOf(roomsFound(rooms, 'nothing'))).toEqual([])
})

test('an invitation has no name yet and is found by who invites', () => {
  expect(idsOf(roomsFound(rooms, 'bob'))).toEqual(['3'])
})

test('invitations, rooms, and rooms that are kept only to be read stand apart', () => {
  const left = room('4', 'Old', { state: { kind: 'left' } })
  const back = room('5', 'Back', { state: { kind: 'invited', inviter: 'Bob', timeMs: 0, kept: true } })
  const { invitations, rooms: joined, ended } = listed([left, ...rooms, back])
  expect([invitations, joined, ended].map(idsOf)).toEqual([['3', '5'], ['1', '2'], ['4']])
})

test('a room that was left is found as any other', () => {
  const left = room('4', 'Old plans', { state: { kind: 'left' } })
  expect(idsOf(roomsFound([...rooms, left], 'plans'))).toEqual(['4'])
})

test('the next room goes round at the end', () => {
  expect(neighbour(rooms, '1', 'down')?.id).toBe('2')
  expect(neighbour(rooms, '3', 'down')?.id).toBe('1')
  expect(neighbour(rooms, '1', 'up')?.id).toBe('3')
  expect(neighbour(rooms, null, 'down')?.id).toBe('1')
  expect(neighbour([], null, 'down')).toBeUndefined()
})

test('the next unread room is not the one that is open', () => {
  const unread = (one: RoomView) => one.unread > 0
  expect(neighbour(rooms, '1', 'down', unread)?.id).toBe('2')
  expect(neighbour(rooms, '2', 'down', unread)).toBeUndefined()
})
