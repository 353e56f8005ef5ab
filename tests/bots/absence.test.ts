import { createBot } from '@sotto/client/node'
import { type Bot, SottoError } from '@sotto/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWorld, password, roomOf, textsIn, type World } from './world/world.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world.end())

const start = (): Promise<Bot> =>
  createBot({
    profile: world.profile('echo'),
    server: world.url,
    name: 'echo',
    scope: 'all',
    invitations: 'everyone',
    onMessage: ({ text }) => text,
  })

test('a bot that was away for seven days answers everything that was said meanwhile', async () => {
  const bot = await start()
  const alice = await world.person('alice')
  const room = await alice.createRoom('Quiet')
  await alice.invite(room, 'echo')
  await roomOf(bot.sotto, 'Quiet')
  await alice.send('Quiet', 'before')
  await expect.poll(() => textsIn(alice, 'Quiet', 'echo'), { timeout: 20_000 }).toEqual(['before'])
  await bot.close()

  const said = ['before']
  for (let hour = 0; hour < 7 * 24; hour += 1) {
    world.pass(1)
    if (hour % 4 !== 0) continue
    said.push(`in hour ${hour}`)
    const { delivered } = await alice.send('Quiet', said.at(-1) ?? '')
    // Her session, too, ends after some hours without a word.
    const outcome = await delivered.catch((error: unknown) => error)
    expect(outcome).not.toBeInstanceOf(SottoError)
    if (alice.account().kind === 'signed_out') await alice.client.login({ name: 'alice', password })
  }

  const again = await start()
  world.endsWith(again.close)
  await expect.poll(() => textsIn(alice, 'Quiet', 'echo'), { timeout: 60_000 }).toEqual(said)
  expect(again.sotto.account()).toMatchObject({ kind: 'signed_in', isBot: true })
}, 120_000)
