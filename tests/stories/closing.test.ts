import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { air } from './air.ts'
import {
  type Client,
  type ClientCommands,
  remoteClient,
  serveClient,
  SottoError,
  sottoOf,
  type Sotto,
  textDraft,
} from '@sotto/client'
import { timerScheduler } from '@sotto/client/node'
import { online, until, untilTimeline } from './talk.ts'
import { password, type Person, startWorld, type World } from './world.ts'

/** What each command is asked with: whatever it is, somebody must answer. */
const inputs = (room: string): Readonly<Record<keyof ClientCommands, object>> => ({
  registrationMode: {},
  register: { name: 'other', password },
  login: { name: 'alice', password },
  logout: { forget: false },
  createAccessToken: { label: 'x', scopes: ['messages'], days: 1 },
  accessTokens: {},
  revokeAccessToken: { id: 1 },
  createRoom: { name: 'Another' },
  findOpenRoom: {},
  joinOpenRoom: { room },
  withdrawJoin: {},
  setOpenness: { room, isOpen: true },
  people: {},
  invite: { room, name: 'bob' },
  inviteAll: { room, names: ['bob'] },
  accept: { room },
  decline: { room },
  declineAll: {},
  block: { name: 'bob' },
  unblock: { name: 'bob' },
  blocked: {},
  verification: { account: '00'.repeat(32) },
  verify: { account: '00'.repeat(32), digits: '1' },
  unverify: { account: '00'.repeat(32) },
  leave: { room },
  deleteRoom: { room },
  removeMember: { room, account: '00'.repeat(16) },
  setRole: { room, account: '00'.repeat(16), role: 'admin' },
  rejoin: { room },
  refound: { room },
  members: { room },
  hooks: { room },
  createHook: { room, name: 'Script' },
  revokeHook: { room, hook: '00'.repeat(16) },
  forwardHook: { room, hook: '00'.repeat(16) },
  send: { room, text: 'hello' },
  react: { room, id: `${'00'.repeat(16)}.${'00'.repeat(16)}`, emoji: '👍' },
  offerCommands: { room, commands: [] },
  retry: { room, id: '00'.repeat(32) },
  discard: { room, id: '00'.repeat(32) },
  timeline: { room, limit: 10 },
  timelineAround: { room, at: 'newest', older: 10, newer: 10 },
  markRead: { room, seq: 1 },
  setDraft: { room, draft: textDraft('a') },
  keepDraft: { room },
  sendDraft: { room, draft: textDraft('a') },
  readNote: { key: 'k' },
  writeNote: { key: 'k', text: 't' },
})

type Asked = readonly (readonly [name: string, outcome: Promise<unknown>])[]

const askClient = (client: Client, room: string): Asked =>
  Object.entries(inputs(room)).map(([name, input]) => {
    const run = client[name as keyof ClientCommands] as (input: object) => Promise<unknown>
    return [name, run(input)] as const
  })

/** The promise of a message that is on its way is one of them. */
const askSotto = (sotto: Sotto, room: string): Asked => {
  const sent = sotto.send(room, 'hello')
  return [
    ['send', sent],
    ['delivered', sent.then(({ delivered }) => delivered)],
    ['members', sotto.members(room)],
    ['history', sotto.history(room)],
    ['createRoom', sotto.createRoom('Another')],
    ['invite', sotto.invite(room, 'bob')],
    ['inviteAll', sotto.inviteAll(room, ['bob'])],
    ['accept', sotto.accept(room)],
    ['leave', sotto.leave(room)],
  ]
}

/** What became of each: a code, or that it was done. Waits for all of them: one that never settles ends the test. */
const outcomes = async (asked: Asked): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries(
    await Promise.all(
      asked.map(async ([name, outcome]) => [
        name,
        await outcome.then(
          () => 'done',
          (error: unknown) => (error instanceof SottoError ? error.code : String(error)),
        ),
      ]),
    ),
  )

let ids = 0
const remoteTo = (client: Client): Client => {
  const [near, far] = air()
  serveClient(client, far, 'first')
  return remoteClient(near, () => (ids++).toString(16).padStart(32, '0'), {
    scheduler: timerScheduler,
    silent: () => new SottoError('profile_in_use'),
  })
}

/** A client in this process, and one on the other side of a border: a program cannot tell which it has. */
const places: readonly (readonly [string, (client: Client) => Client])[] = [
  ['in this process', (client) => client],
  ['across a border', remoteTo],
]

describe('nothing that a client was asked for is left open', () => {
  let world: World
  let alice: Person
  beforeAll(async () => {
    world = await startWorld()
    alice = world.person('alice')
    await (await world.person('bob').join()).close()
    await (await alice.join()).close()
  })
  afterAll(() => world.end())

  /**
   * Alice with a room of her own, whose server does not answer any more as soon as `mute` is set, and whose store fails
   * with `broken`.
   */
  const openAlice = async () => {
    const weather = { mute: false, broken: null as SottoError | null }
    const client = await alice.open({
      transport: (transport) => ({
        ...transport,
        call: (...asked) => (weather.mute ? new Promise(() => {}) : transport.call(...asked)),
        live: (...asked) => {
          const line = transport.live(...asked)
          return { ...line, send: (frame) => (weather.mute ? undefined : line.send(frame)) }
        },
      }),
      store: (store) => ({
        ...store,
        commit: async (changes) => {
          if (weather.broken) throw weather.broken
          return store.commit(changes)
        },
      }),
    })
    await online(client)
    const { room } = await client.createRoom({ name: 'General' })
    return { client, weather, room }
  }

  for (const [where, place] of places) {
    it(`while it closes, and after: the client ${where}`, async () => {
      const { client, weather, room } = await openAlice()
      const used = place(client)
      weather.mute = true
      const during = outcomes(askClient(used, room))
      await used.close()
      const settled = await during
      // What had nothing to wait for may be done, or refused for what it was; all else hears why.
      expect(settled).toMatchObject({ invite: 'closed', createHook: 'closed', registrationMode: 'closed' })
      const after = await outcomes(askClient(used, room))
      expect(new Set(Object.values(after))).toEqual(new Set(['closed']))
      await used.close()
      await client.close()
    })

    it(`while the SDK closes, and after: the client ${where}`, async () => {
      const { client, weather, room } = await openAlice()
      const sotto = sottoOf(place(client))
      await until(sotto.client, ({ rooms }) => rooms.some(({ id }) => id === room))
      weather.mute = true
      const during = outcomes(askSotto(sotto, room))
      await sotto.close()
      expect(await during).toMatchObject({ delivered: 'closed', invite: 'closed', inviteAll: 'closed' })
      const after = await outcomes(askSotto(sotto, room))
      expect(new Set(Object.values(after))).toEqual(new Set(['closed']))
      await sotto.close()
      await client.close()
    })

    it(`when it has stopped: the client ${where}`, async () => {
      const { client, weather, room } = await openAlice()
      const used = place(client)
      const sotto = sottoOf(used)
      await until(sotto.client, ({ rooms }) => rooms.some(({ id }) => id === room))
      weather.mute = true
      const invited = sotto.invite(room, 'bob')
      const { delivered } = await sotto.send(room, 'on its way')
      weather.broken = new SottoError('fenced')
      await expect(sotto.send(room, 'too late')).rejects.toMatchObject({ code: 'fenced' })
      await expect(invited).rejects.toMatchObject({ code: 'fenced' })
      await expect(delivered).rejects.toMatchObject({ code: 'fenced' })
      const after = await outcomes([...askClient(used, room), ...askSotto(sotto, room)])
      expect(new Set(Object.values(after))).toEqual(new Set(['fenced']))
      weather.broken = null
      await sotto.close()
      await client.close()
    })
  }

  it('before anybody serves', async () => {
    const [near] = air()
    const used = remoteClient(near, () => (ids++).toString(16), {
      scheduler: timerScheduler,
      silent: () => new SottoError('profile_in_use'),
    })
    const asked = outcomes(askClient(used, '00'.repeat(16)))
    await used.close()
    expect(new Set(Object.values(await asked))).toEqual(new Set(['closed']))
    await expect(used.ready).rejects.toMatchObject({ code: 'closed' })
  })

  it('a message on its way when the client was closed is sent by the next run', async () => {
    const { client, weather, room } = await openAlice()
    const sotto = sottoOf(client)
    await until(client, ({ rooms }) => rooms.some(({ id }) => id === room))
    weather.mute = true
    const { id, delivered } = await sotto.send(room, 'kept')
    await sotto.close()
    await expect(delivered).rejects.toMatchObject({ code: 'closed' })
    const again = await alice.open()
    const items = await untilTimeline(again, room, (all) => all.some((item) => item.id === id && item.seq))
    expect(items).toContainEqual(expect.objectContaining({ id, text: 'kept', delivery: { kind: 'sent' } }))
    await again.close()
  })
})
