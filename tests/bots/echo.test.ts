import { createBot } from '@sotto/client/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWorld, nextTexts, roomOf, type World } from './world/world.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world.end())

test('Alice invites a bot, it answers, and everybody sees that it is one', async () => {
  const bot = await createBot({
    profile: world.profile('echo'),
    server: world.url,
    name: 'echo',
    scope: 'all',
    invitations: ['alice'],
    onMessage: ({ text }) => [text, text.toUpperCase()],
  })
  world.endsWith(bot.close)
  const alice = await world.person('alice')
  const room = await alice.createRoom('Parrots')
  await alice.invite(room, 'echo')
  await roomOf(bot.sotto, 'Parrots')
  const heard = nextTexts(alice, 2)
  const { delivered } = await alice.send('Parrots', 'hello')
  expect(await delivered).toMatchObject({ seq: expect.any(Number) })
  expect(await heard).toEqual(['hello', 'HELLO'])
  const members = await alice.members('Parrots')
  expect(members.map(({ name, isBot }) => [name, isBot])).toEqual(
    expect.arrayContaining([
      ['alice', false],
      ['echo', true],
    ]),
  )
  const { messages } = await alice.history('Parrots')
  expect(messages.map(({ sender }) => sender.isBot)).toEqual([false, true, true])
})
