import { type Lane, LaneError } from '@sotto/lane'
import { describe, expect, test, vi } from 'vitest'
import { account } from './lane/account.ts'
import { laneServer } from './lane/server.ts'

const server = await laneServer({ limits: { messagesPerSecond: 1000, messageBurst: 1000 } })
let count = 0
const somebody = () => account(server.url, `somebody${count++}`)

type Calls = {
  readonly [K in keyof Lane as Lane[K] extends (...input: never[]) => unknown ? K : never]: Lane[K]
}

/** How each call of a lane is asked; `close` is asked apart. */
const asks: { readonly [K in Exclude<keyof Calls, 'close'>]: (lane: Lane) => Promise<unknown> } = {
  send: (lane) => lane.send(lane.name, 'x'),
  joinRoom: (lane) => lane.joinRoom('A room'),
  leaveRoom: (lane) => lane.leaveRoom(1),
  sendToRoom: (lane) => lane.sendToRoom(1, 'x'),
  createRoom: (lane) => lane.createRoom('Another room'),
  inviteToRoom: (lane) => lane.inviteToRoom(1, 'somebody0'),
  rooms: (lane) => lane.rooms(),
  startChat: (lane) => lane.startChat(['somebody0']),
  joinChat: (lane) => lane.joinChat('00'),
  leaveChat: (lane) => lane.leaveChat('00'),
  sendToChat: (lane) => lane.sendToChat('00', 'x'),
  people: (lane) => lane.people(),
  online: (lane) => lane.online(),
  announce: (lane) => lane.announce(),
  setPresence: (lane) => lane.setPresence('visible'),
  fingerprintOf: (lane) => lane.fingerprintOf('somebody0'),
  trust: (lane) => lane.trust('somebody0', 'A'.repeat(43)),
  believe: (lane) => lane.believe('somebody0', 'x'),
  roomMembers: (lane) => lane.roomMembers(1),
  caughtUp: (lane) => lane.caughtUp(),
}
const rows = Object.entries(asks)

/** A code, or that it was done; one that never settles ends the test. */
const outcomeOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'done',
    (error: unknown) => (error instanceof LaneError ? error.code : String(error)),
  )

describe('nothing that a lane was asked for is left open', async () => {
  const closed = await (await somebody()).open()
  await closed.close()

  test.each(rows)('%s after close', async (_name, ask) => {
    expect(await outcomeOf(ask(closed))).toBe('CLOSED')
  })

  test('all at once, when it is closed meanwhile', async () => {
    for (const messages of ['tell', 'keep'] as const) {
      const lane = await (await somebody()).open({ messages })
      const asked = rows.map(([, ask]) => outcomeOf(ask(lane)))
      await lane.close()
      for (const outcome of await Promise.all(asked)) expect(outcome).toBe('CLOSED')
    }
  })

  test('to close twice', async () => {
    await Promise.all([closed.close(), closed.close()])
  })
})

test('a program that keeps its messages catches up, and the next one is told them', async () => {
  const reader = await somebody()
  const writer = await (await somebody()).open()
  const keeping = await reader.open({ messages: 'keep' })
  await writer.send(reader.name, 'kept')
  await keeping.send(reader.name, 'to myself')
  for (let times = 0; times < 3; times++) await keeping.caughtUp()
  await keeping.close()
  expect(reader.told('message')).toEqual([])
  await (await reader.open()).caughtUp()
  expect(reader.told('message').map(({ text }) => text)).toEqual(['kept', 'to myself'])
  // No marker is left behind.
  expect(reader.store.rows('letter/', 10)).toEqual([])
})

test('what is said in a room is kept for who receives, also when this program speaks there meanwhile', async () => {
  const [speaker, reader] = [await somebody(), await somebody()]
  const [speaking, first] = [await speaker.open(), await reader.open()]
  const room = await first.joinRoom('Kept')
  await first.close()
  await speaking.joinRoom(room)
  await speaking.sendToRoom(room, 'meanwhile')
  const keeping = await reader.open({ messages: 'keep' })
  await keeping.joinRoom(room)
  await keeping.sendToRoom(room, 'mine')
  await keeping.close()
  await reader.open()
  expect(await reader.texts(1)).toEqual(['meanwhile'])
})

test('who did not take what was told has not caught up', async () => {
  const reader = await somebody()
  const writer = await (await somebody()).open()
  await writer.send(reader.name, 'too much')
  const refuse = (event: { kind: string }): void => {
    if (event.kind === 'message') throw new Error('full')
  }
  const lane = await reader.open({ onEvent: refuse })
  for (let times = 0; times < 2; times++) await expect(lane.caughtUp()).rejects.toThrow('full')
  await expect(lane.failed).rejects.toThrow('full')
  await lane.close()
  await (await reader.open()).caughtUp()
  expect(await reader.texts(1)).toEqual(['too much'])
})

test('a listener that never ends holds up no close, and the next program is told the same', async () => {
  const reader = await somebody()
  const writer = await (await somebody()).open()
  await writer.send(reader.name, 'slowly')
  let release: () => void = () => {}
  const stuck = new Promise<void>((resolve) => (release = resolve))
  let hasBegun = false
  const lane = await reader.open({
    onEvent: async ({ kind }) => {
      if (kind !== 'message') return
      hasBegun = true
      await stuck
    },
  })
  await expect.poll(() => hasBegun).toBe(true)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const closing = lane.close()
    await vi.advanceTimersByTimeAsync(10_000)
    await closing
  } finally {
    vi.useRealTimers()
  }
  release()
  await stuck
  await (await reader.open()).caughtUp()
  expect(await reader.texts(1)).toEqual(['slowly'])
})
