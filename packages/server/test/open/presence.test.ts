import { expect, it, vi } from 'vitest'
import { processHints, userTopic } from '../../src/open/hints.ts'
import { makePresence } from '../../src/open/presence.ts'

const alice = { id: 1, name: 'alice' }
const limits = { openPresenceWindowMs: 2000, openPresenceRowsMax: 100, openPresenceChatsPerInitiatorMax: 8 }

const setUp = () => {
  vi.useFakeTimers()
  const hints = processHints()
  const told: string[] = []
  for (const user of [1, 2, 3])
    hints.subscribe(userTopic(user), (hint) =>
      told.push(`${user} ${hint.kind === 'event' ? hint.event : ''}`),
    )
  const asked: number[] = []
  const world = { isVisible: true }
  const presence = makePresence({
    store: { acquaintances: async (user) => (asked.push(user), [1, 2]) },
    hints,
    limits,
    isVisible: async () => world.isVisible,
    onFailure: (error) => told.push(String(error)),
  })
  return { presence, told, asked, world }
}

it('presence is told to who shares a place with somebody, and not to himself or to others', async () => {
  const { presence, told } = setUp()
  presence.say('user_online', alice)
  await vi.advanceTimersByTimeAsync(0)
  expect(told).toEqual(['2 user_online'])
})

it('presence is told once in a window, and at its end the last of what changed', async () => {
  const { presence, told, asked } = setUp()
  for (let at = 0; at < 500; at++) presence.say(at % 2 === 0 ? 'user_online' : 'user_left', alice)
  await vi.advanceTimersByTimeAsync(1999)
  expect(told).toEqual(['2 user_online'])
  expect(asked.length).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(told).toEqual(['2 user_online', '2 user_left'])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked.length).toBe(2)
})

it('who hides goes away to those who have seen him, and comes when he shows himself', async () => {
  const { presence, told, world } = setUp()
  presence.say('user_online', alice)
  await vi.advanceTimersByTimeAsync(3000)
  world.isVisible = false
  presence.became('hidden', alice)
  await vi.advanceTimersByTimeAsync(3000)
  // That he really goes is nothing new to anybody.
  for (const event of ['user_online', 'user_joined', 'user_offline'] as const) presence.say(event, alice)
  await vi.advanceTimersByTimeAsync(3000)
  expect(told).toEqual(['2 user_online', '2 user_offline'])
  world.isVisible = true
  presence.became('visible', alice)
  await vi.advanceTimersByTimeAsync(3000)
  expect(told).toEqual(['2 user_online', '2 user_offline', '2 user_online'])
})

it('who hides within the window has gone at its end, whatever he does in it', async () => {
  const { presence, told, world } = setUp()
  presence.say('user_online', alice)
  world.isVisible = false
  presence.became('hidden', alice)
  presence.say('user_online', alice)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(told).toEqual(['2 user_online', '2 user_offline'])
})

it('who shows himself again within the window has been there all the time', async () => {
  const { presence, told, world } = setUp()
  presence.say('user_online', alice)
  world.isVisible = false
  presence.became('hidden', alice)
  world.isVisible = true
  presence.became('visible', alice)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(told).toEqual(['2 user_online'])
})

it('presence of who hides it is not told', async () => {
  const { presence, told, world } = setUp()
  world.isVisible = false
  presence.say('user_online', alice)
  await vi.advanceTimersByTimeAsync(5000)
  expect(told).toEqual([])
})
