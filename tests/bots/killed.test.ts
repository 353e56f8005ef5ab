import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BotProcess, startBotProcess } from './world/process.ts'
import { makeWorld, messagesIn, roomOf, textsIn, type World } from './world/world.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world.end())

const messages = 200
/** Answers after which it is killed from outside as well, wherever it is then. */
const killedAfter = new Set([1, 33, 34, 35, 100, 101, 170, 240, 241, 333])

/** A supervisor: whatever ends the bot, it is started again. */
const supervise = (env: Readonly<Record<string, string>>) => {
  let deaths = 0
  let isWanted = true
  let bot: BotProcess = startBotProcess('tests/bots/world/mortalProcess.ts', env)
  const watch = async (): Promise<void> => {
    while (isWanted) {
      const { signal } = await bot.ended
      if (!isWanted) return
      if (signal !== 'SIGKILL') throw new Error(`it ended by itself: ${bot.said()}`)
      deaths += 1
      bot = startBotProcess('tests/bots/world/mortalProcess.ts', env)
    }
  }
  const watching = watch()
  watching.catch(() => {})
  return {
    deaths: () => deaths,
    strike: () => void bot.child.kill('SIGKILL'),
    end: async () => {
      isWanted = false
      await bot.kill()
      await watching
    },
  }
}

test('a bot that is killed again and again under load answers every message once, in order', async () => {
  const env = { SOTTO_PROFILE: world.profile('mortal'), SOTTO_SERVER: world.url }
  const alice = await world.person('alice')
  const bob = await world.person('bob')
  const bot = supervise(env)
  world.endsWith(bot.end)
  const room = await alice.createRoom('Load')
  const invited = () =>
    alice.invite(room, 'mortal').then(
      () => true,
      () => false,
    )
  await expect.poll(invited, { timeout: 30_000, interval: 200 }).toBe(true)
  await alice.invite(room, 'bob')
  await expect.poll(() => bob.rooms().length, { timeout: 30_000 }).toBe(1)
  await bob.accept(room)
  await roomOf(bob, 'Load')

  let answers = 0
  const heardLast = new Promise<void>((resolve) => {
    alice.on('message', ({ sender, text }) => {
      if (!sender.isBot) return
      answers += 1
      if (killedAfter.has(answers)) bot.strike()
      if (text === 'second the last one') resolve()
    })
  })
  const texts = Array.from({ length: messages }, (_, at) => `message ${at}`)
  for (const [at, text] of texts.entries()) await (at % 2 === 0 ? alice : bob).send('Load', text)
  await expect.poll(() => answers, { timeout: 120_000 }).toBeGreaterThanOrEqual(2 * messages)
  await bob.send('Load', 'the last one')
  await heardLast

  const said = await messagesIn(alice, 'Load')
  const asked = said.filter(({ sender }) => !sender.isBot).map(({ text }) => text)
  expect(asked.toSorted()).toEqual([...texts, 'the last one'].toSorted())
  const wanted = asked.flatMap((text) => [`first ${text}`, `second ${text}`])
  expect(await textsIn(alice, 'Load', 'mortal')).toEqual(wanted)
  // Twenty by its own hand, once each.
  expect(bot.deaths()).toBeGreaterThan(20)
}, 180_000)
