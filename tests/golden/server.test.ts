import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '@sotto/client'
import { openNodeClient } from '@sotto/client/node'
import type { RunningServer } from '@sotto/server'
import { scriptOf } from '../stories/script.ts'
import { smallStock } from '../stories/stock.ts'
import {
  invitation,
  messages,
  online,
  room,
  texts,
  until,
  untilMessages,
  untilTimeline,
} from '../stories/talk.ts'
import type { Golden } from './golden.ts'
import { copyGolden, type GoldenCopy, goldenVersions, readGolden } from './place.ts'
import { startGolden } from './server.ts'
import { sameClock, setClock } from './then.ts'

const bin = fileURLToPath(new URL('../../packages/cli/bin/sotto.mjs', import.meta.url))

describe.each(goldenVersions)('the data directory %s', (version) => {
  let golden: Golden
  let copy: GoldenCopy
  let server: RunningServer
  let alice: Client
  let bob: Client
  const opened = new Set<Client>()

  const open = async (name: string, address?: string): Promise<Client> => {
    const at = address === undefined ? {} : { server: address }
    const client = await openNodeClient({ profile: copy.profile(name), limits: smallStock, ...at })
    opened.add(client)
    return client
  }
  const sotto = async (profile: string, ...args: readonly string[]): Promise<readonly { text: string }[]> => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [bin, '--profile', copy.profile(profile), '--json', ...args],
      { env: { ...process.env, ...sameClock() } },
    )
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { text: string })
  }
  const textsOf = (records: readonly { text: string }[]) => records.map(({ text }) => text)

  beforeAll(async () => {
    golden = readGolden(version)
    copy = copyGolden(version)
    setClock(golden.writtenMs + 60_000)
    server = await startGolden(copy, golden, { registration: 'invite' })
    alice = await open('alice')
    await online(alice)
  })
  afterAll(async () => {
    await Promise.allSettled([...opened].map((client) => client.close()))
    await server.close()
    copy.remove()
  })

  it('lets people sign in with their passwords, and those alone who may', async () => {
    await alice.logout({ forget: false })
    await expect(alice.login({ name: 'alice', password: 'another one' })).rejects.toMatchObject({
      code: 'invalid_credentials',
    })
    await alice.login({ name: 'alice', password: golden.password })
    await online(alice)
    const stranger = await open('stranger', server.url)
    const register = (name: string, invite?: string) =>
      stranger.register({ name, password: golden.password, invite })
    await expect(register('erin')).rejects.toMatchObject({ code: 'invite_required' })
    for (const taken of ['bob', 'dave'])
      await expect(register(taken, golden.inviteKey)).rejects.toMatchObject({ code: 'name_taken' })
    await register('erin', golden.inviteKey)
    await online(stranger)
  })

  it('has what people said, and goes on with it', async () => {
    bob = await open('bob')
    await online(bob)
    const { general, plans } = golden.rooms
    const all = [...golden.texts.general, golden.outboxOfBob]
    for (const client of [alice, bob]) {
      await untilMessages(client, general, all.length)
      expect(await texts(client, general)).toEqual(all)
      await untilMessages(client, plans, 1)
      expect(await texts(client, plans)).toEqual(golden.texts.plans)
    }
    await alice.send({ room: plans, text: 'It goes on.' })
    await untilMessages(bob, plans, 2)
    await bob.send({ room: plans, text: 'It does.' })
    await untilMessages(alice, plans, 3)
    expect((await messages(alice, plans)).at(-1)).toMatchObject({ text: 'It does.', sender: { name: 'bob' } })
  })

  it('has kept the invitation that waits', async () => {
    const { later } = golden.rooms
    await invitation(bob, later)
    await bob.accept({ room: later })
    await until(bob, () => room(bob, later)?.state.kind === 'active')
    await bob.send({ room: later, text: 'At last.' })
    await untilMessages(alice, later, 1)
    expect(await texts(alice, later)).toEqual(['At last.'])
  })

  it('has kept who waits for the open room', async () => {
    const lounge = await until(alice, ({ rooms }) => rooms.find(({ name }) => name === 'Lounge'))
    const isAsked = async () =>
      (await alice.members({ room: lounge.id })).some(({ name }) => name === 'carol')
    await expect.poll(isAsked, { timeout: 30_000 }).toBe(true)
  })

  it('takes the posts of a script, and hands another what waits for it', async () => {
    expect(await scriptOf(server.url, golden.hook).post('build 3 is green')).toMatchObject({ status: 201 })
    const posts = await untilTimeline(
      bob,
      golden.rooms.general,
      (items) => items.filter(({ kind }) => kind === 'hook').length > golden.posted.length,
    ).then((items) => items.filter((item) => item.kind === 'hook'))
    expect(posts.map(({ text }) => text)).toEqual([...golden.posted, 'build 3 is green'])
    const { hook, token } = golden.reader
    const out = await fetch(`${server.url}/h/${hook}/out`, { headers: { authorization: `Bearer ${token}` } })
    const { messages: waiting } = (await out.json()) as { messages: readonly unknown[] }
    expect(waiting).toHaveLength(golden.readerWaits)
  })

  it('delivers the letters of programs, and keeps their tokens and rooms', async () => {
    const { waiting, waitingInRoom, room: news } = golden.lane
    const received = textsOf(await sotto('robot', 'lane', 'receive'))
    expect(received.toSorted()).toEqual([...waiting, ...waitingInRoom].toSorted())
    await sotto('robot', 'lane', 'send', '--room', news, 'robot is back')
    expect(textsOf(await sotto('clock', 'lane', 'receive'))).toContain('robot is back')
    const me = await fetch(`${server.url}/api/me`, {
      headers: { authorization: `Bearer ${golden.accessToken}` },
    })
    expect(await me.json()).toMatchObject({ username: 'alice' })
  })

  it('is the same to the next start', async () => {
    await server.close()
    server = await startGolden(copy, golden, { registration: 'invite' })
    await Promise.all([online(alice), online(bob)])
    await alice.send({ room: golden.rooms.later, text: 'Still here.' })
    await untilMessages(bob, golden.rooms.later, 2)
    expect(await texts(bob, golden.rooms.later)).toEqual(['At last.', 'Still here.'])
  })
})
