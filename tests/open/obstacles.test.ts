import { afterAll, expect, test } from 'vitest'
import type { LaneError } from '../../packages/lane/src/failure.ts'
import { isVerdict } from '../../packages/lane/src/patience.ts'
import { restCall } from '../../packages/lane/src/rest.ts'
import { fetchCall } from '../../packages/lane/adapters/net/fetchCall.ts'
import { obstructed, ways } from '../journeys/world/obstacle.ts'
import { account } from './lane/account.ts'
import { laneServer } from './lane/server.ts'

const server = await laneServer({ limits: { messagesPerSecond: 1000, messageBurst: 1000 } })
const between = await obstructed(Number(new URL(server.url).port))
afterAll(() => between.close())

const codeOf = async (): Promise<string> => {
  const asked = restCall(
    { call: (call) => fetchCall(between.url, call) },
    { method: 'GET', path: '/api/me', token: 'some' },
  )
  return asked.then(
    () => 'taken',
    (error: LaneError) => (isVerdict(error) ? `verdict ${error.code}` : error.code),
  )
}

/** That there is no answer takes its time; and JSON is judged by who has asked for it. */
const judgedElsewhere = ['no answer', 'JSON of somebody else']

test.each(Object.entries(ways).filter(([name]) => !judgedElsewhere.includes(name)))(
  'what answers for the server is not taken for its word: %s',
  async (_, way) => {
    between.stand(way)
    expect(['OFFLINE', 'ANSWER_INVALID']).toContain(await codeOf())
  },
)

/** One of each kind: a period of coming back takes its time. */
const someWays = [
  'a page in place of everything',
  'JSON of somebody else',
  'a login',
  'half an answer',
  'no answer',
]

test('a lane is back when what stood between is gone, and every letter is told once', async () => {
  between.goAway()
  const bob = await account(server.url, 'bob')
  const alice = await (await account(server.url, 'alice')).open()
  const his = await bob.open({ server: between.url })
  const room = await his.joinRoom('Behind')
  await alice.joinRoom(room)
  let turn = 0
  between.stand((asked, answer) => ways[someWays[turn++ % someWays.length] ?? '']?.(asked, answer))
  await expect.poll(() => between.answered(), { timeout: 60_000 }).toBeGreaterThanOrEqual(someWays.length)
  await alice.send('bob', 'letter')
  await alice.sendToRoom(room, 'to all')
  between.goAway()
  await expect.poll(() => bob.told('connection').at(-1)?.state, { timeout: 15_000 }).toBe('online')
  expect((await bob.texts(2)).toSorted()).toEqual(['letter', 'to all'])
  expect(bob.told('refused')).toEqual([])
  // And he can speak.
  await his.send('alice', 'all of it has come')
})

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
