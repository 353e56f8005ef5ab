import { afterAll, expect, test } from 'vitest'
import { obstructed, ways } from '../journeys/world/obstacle.ts'
import { account } from './lane/account.ts'
import { laneServer } from './lane/server.ts'

const server = await laneServer({ limits: { messagesPerSecond: 1000, messageBurst: 1000 } })
const between = await obstructed(Number(new URL(server.url).port))
afterAll(() => between.close())

/** Several periods of coming back would take their time each. */
const waysAtOnce = 5

test(
  'whatever answers for the server, a lane is back when it is gone, and every letter is told once',
  { timeout: 240_000 },
  async () => {
    const bob = await account(server.url, 'bob')
    const alice = await (await account(server.url, 'alice')).open()
    const his = await bob.open({ server: between.url })
    const room = await his.joinRoom('Behind')
    await alice.joinRoom(room)
    const said: string[] = []
    const all = Object.entries(ways)
    for (let at = 0; at < all.length; at += waysAtOnce) {
      const some = all.slice(at, at + waysAtOnce)
      let turn = 0
      between.stand((asked, answer) => some[turn++ % some.length]?.[1](asked, answer))
      await expect.poll(() => between.answered(), { timeout: 60_000 }).toBeGreaterThanOrEqual(some.length)
      const [letter, toAll] = [`letter ${at}`, `to all ${at}`]
      said.push(letter, toAll)
      await alice.send('bob', letter)
      await alice.sendToRoom(room, toAll)
      between.goAway()
      await expect
        .poll(() => bob.told('connection').at(-1)?.state, { timeout: 15_000, message: `back, ${letter}` })
        .toBe('online')
      await bob.texts(said.length)
    }
    expect((await bob.texts(said.length)).toSorted()).toEqual(said.toSorted())
    expect(bob.told('refused')).toEqual([])
    // And he can speak.
    await his.send('alice', 'all of it has come')
  },
)

test('who is asked for a key by something else keeps the letter until it is the server that answers', async () => {
  const dave = await account(server.url, 'dave')
  const carol = await (await account(server.url, 'carol')).open()
  await dave.open({ server: between.url })
  // The wire stays, and what is asked beside it is answered by others: with the key of nobody, with a refusal.
  const answers = ['{"ok":true}', '{"code":"USER_NOT_FOUND"}', '{}', 'null']
  between.standBeside((_, response) =>
    response
      .writeHead(answers.length % 2 === 0 ? 200 : 404, { 'content-type': 'application/json' })
      .end(answers.shift() ?? '[]'),
  )
  await carol.send('dave', 'by the right key')
  await expect.poll(() => between.answered(), { timeout: 20_000 }).toBeGreaterThanOrEqual(5)
  expect(dave.told('refused')).toEqual([])
  between.goAway()
  expect(await dave.texts(1)).toEqual(['by the right key'])
})
