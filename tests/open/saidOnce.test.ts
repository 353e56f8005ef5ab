import type { LaneStore } from '@sotto/lane'
import { expect, test } from 'vitest'
import { type Account, account } from './lane/account.ts'
import { laneServer } from './lane/server.ts'

const server = await laneServer({ limits: { messagesPerSecond: 1000, messageBurst: 1000 } })

/** Dies when it is to note that something has arrived: the server has it, and the program does not know. */
const dyingStore = (store: LaneStore): LaneStore => ({
  ...store,
  write: (changes, outlives) => {
    if (Object.keys(changes).some((key) => key.startsWith('said/'))) throw new Error('killed')
    store.write(changes, outlives)
  },
})

const textsOf = (one: Account): readonly string[] => one.told('place_message').map(({ text }) => text)

test('what is said in a room under a name is said once, by one program and by the next', async () => {
  const [alice, bob] = [await account(server.url, 'alice'), await account(server.url, 'bob')]
  const [first, listening] = [await alice.open(), await bob.open()]
  const room = await first.joinRoom('Once')
  await listening.joinRoom('Once')
  const { id } = await first.sendToRoom(room, 'one', 'a')
  expect(await first.sendToRoom(room, 'one', 'a')).toEqual({ id })
  // Under another name the same words are other ones.
  await first.sendToRoom(room, 'one', 'b')
  await first.close()
  const second = await alice.open()
  expect(await second.sendToRoom(room, 'one', 'a')).toEqual({ id })
  await second.sendToRoom(room, 'two', 'c')
  expect(await bob.texts(3)).toEqual(['one', 'one', 'two'])
  await second.close()
})

test.each(['the same people', 'one more', 'one less'])(
  'a program that was killed before it heard that it had arrived says nothing twice: %s',
  async (who) => {
    const number = ['the same people', 'one more', 'one less'].indexOf(who)
    const all = [`carol${number}`, `dave${number}`, `erin${number}`].map((name) => account(server.url, name))
    const [carol, dave, erin] = (await Promise.all(all)) as [Account, Account, Account]
    const [dying, listening, other] = [
      await carol.open({ store: dyingStore(carol.store) }),
      await dave.open(),
      await erin.open(),
    ]
    const room = await dying.joinRoom(`Killed ${who}`)
    await listening.joinRoom(room)
    if (who === 'one less') await other.joinRoom(room)
    const { id: before } = await dying.sendToRoom(room, 'before')
    await expect(dying.sendToRoom(room, 'once', 'a')).rejects.toThrow('killed')
    await dave.texts(2)
    await dying.close()
    // The key is another one then, and the bytes would be other ones.
    if (who === 'one more') await other.joinRoom(room)
    if (who === 'one less') await other.leaveRoom(room)
    const next = await carol.open()
    await next.sendToRoom(room, 'once', 'a')
    const { id: after } = await next.sendToRoom(room, 'after', 'b')
    expect(await dave.texts(3)).toEqual(['before', 'once', 'after'])
    expect(textsOf(dave)).toEqual(['before', 'once', 'after'])
    // Nor does it stand in the room twice, for programs that do not look: numbers rise by one.
    expect(after).toBe(before + 2)
  },
)

test('says who is in a room', async () => {
  const fay = await account(server.url, 'fay')
  const lane = await fay.open()
  const room = await lane.joinRoom('Members')
  expect(await lane.roomMembers(room)).toEqual([{ name: 'fay', fingerprint: lane.fingerprint }])
  await expect(lane.roomMembers(999_999)).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' })
})
