import { limits, operations, SottoError } from '@sotto/protocol'
import { io } from 'socket.io-client'
import { describe, expect, it } from 'vitest'
import { administer, type Action, type Answers } from '../src/administer.ts'
import { makeToken } from '../src/authentication/token.ts'
import { systemClock } from '../src/configuration.ts'
import { makeHookAccess } from '../src/delivery/hookAccess.ts'
import type { StoredHook } from '../src/delivery/store.ts'
import { makeEventLog } from '../src/logging/eventLog.ts'
import { openStore } from '../src/store/openStore.ts'
import { callOperation, refusal } from './client/calling.ts'
import { testClock } from './client/clock.ts'
import { login, prepareRegistration, type RawDevice, register } from './client/device.ts'
import { openSocket } from './client/liveSocket.ts'
import { createRoom } from './client/room.ts'
import { testServer } from './client/testServer.ts'
import { someAccount } from './contracts/authenticationStore.ts'

const secret = 'correct horse battery'
const as = (device: RawDevice) => ({ account: device.account, device: device.id, signer: device.signer })

const perform = async <A extends Action>(dataDirectory: string, action: A) => {
  const items: Answers[A['do']][] = []
  for await (const item of administer({ dataDirectory, publicUrl: null }, action)) items.push(item)
  return items
}

const call = async (url: string, method: string, path: string, token: string | null, body?: unknown) => {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

/** By where the server is now: it may be another port after a restart. */
const program = async (server: { readonly url: string }, username: string) => {
  const password = 'a long enough password'
  await call(server.url, 'POST', '/register', null, { username, password })
  const logIn = () => call(server.url, 'POST', '/login', null, { username, password })
  return { logIn, token: String((await logIn()).body['token']) }
}

/** By the server that runs, or on its data with none. */
const ways = ['with the server running', 'without a server'] as const
const inWay = async (
  way: (typeof ways)[number],
  server: { close(): Promise<void>; restart(): Promise<void> },
  work: () => Promise<void>,
): Promise<void> => {
  if (way === 'without a server') await server.close()
  await work()
  if (way === 'without a server') await server.restart()
}

describe.each(ways)('%s', (way) => {
  it('the accounts of both lanes are listed, with when they were made and seen', async () => {
    const clock = testClock()
    const server = await testServer({ open: true, clock })
    const alice = await register(server.url, 'alice', secret)
    await createRoom(alice)
    const robot = await program(server, 'robot')
    await call(server.url, 'POST', '/api/rooms', robot.token, { name: 'Machines' })
    let listed: readonly Answers['accounts'][] = []
    await inWay(way, server, async () => {
      listed = await perform(server.dataDirectory, { do: 'accounts' })
    })
    expect(listed).toMatchObject([
      { name: 'alice', kind: 'person', devices: 1, rooms: 1, suspendedMs: null },
      { name: 'robot', kind: 'program', devices: 0, suspendedMs: null },
    ])
    for (const { createdMs, seenMs } of listed) expect(seenMs).toBeGreaterThanOrEqual(createdMs - 1)
    const text = JSON.stringify(listed)
    expect(text).not.toContain(Buffer.from(alice.account).toString('hex'))
  })

  it('a suspended account cannot sign in and says so, loses nothing, and comes back', async () => {
    const server = await testServer({ open: true })
    const alice = await register(server.url, 'alice', secret)
    const robot = await program(server, 'robot')
    const { token: script } = await alice.call(operations.createAccessToken, {
      label: 'script',
      scopes: ['read'],
      days: 1,
    })
    await inWay(way, server, async () => {
      for (const name of ['ALICE', 'robot']) await perform(server.dataDirectory, { do: 'suspend', name })
    })
    const { url } = server
    expect((await refusal(callOperation(url, operations.readSession, {}, alice.token))).code).toBe(
      'unauthorized',
    )
    expect((await refusal(login(url, 'alice', secret, as(alice)))).code).toBe('account_suspended')
    expect((await refusal(login(url, 'alice', 'another password', null))).code).toBe('invalid_credentials')
    expect((await call(url, 'GET', '/api/me', robot.token)).body['code']).toBe('UNAUTHORIZED')
    expect((await robot.logIn()).body['code']).toBe('ACCOUNT_SUSPENDED')
    expect((await call(url, 'GET', '/api/me', script)).body['code']).toBe('ACCOUNT_SUSPENDED')
    const [listed] = await perform(server.dataDirectory, { do: 'accounts' })
    expect(listed?.suspendedMs).toEqual(expect.any(Number))
    await inWay(way, server, async () => {
      for (const name of ['alice', 'robot']) await perform(server.dataDirectory, { do: 'resume', name })
    })
    expect((await login(server.url, 'alice', secret, as(alice))).session.name).toBe('alice')
    expect((await robot.logIn()).status).toBe(200)
    expect((await call(server.url, 'GET', '/api/me', script)).body['username']).toBe('alice')
    await expect(perform(server.dataDirectory, { do: 'resume', name: 'alice' })).rejects.toMatchObject({
      code: 'bad_request',
    })
  })

  it('a removed account is gone: nobody signs in, invites it or finds it, and its chain can be read', async () => {
    const server = await testServer({ open: true })
    const alice = await register(server.url, 'alice', secret)
    const bob = await register(server.url, 'bob', secret)
    await createRoom(alice)
    const robot = await program(server, 'robot')
    let removed: readonly Answers['remove'][] = []
    await inWay(way, server, async () => {
      removed = await perform(server.dataDirectory, { do: 'remove', name: 'alice' })
      await perform(server.dataDirectory, { do: 'remove', name: 'robot' })
    })
    const { url } = server
    expect(removed).toMatchObject([{ name: 'alice', rooms: 1 }])
    expect((await perform(server.dataDirectory, { do: 'accounts' })).map(({ name }) => name)).toEqual(['bob'])
    expect((await refusal(login(url, 'alice', secret, as(alice)))).code).toBe('invalid_credentials')
    expect((await robot.logIn()).body['code']).toBe('INVALID_CREDENTIALS')
    expect((await refusal(callOperation(url, operations.readSession, {}, alice.token))).code).toBe(
      'unauthorized',
    )
    const again = await login(url, 'bob', secret, as(bob))
    const lookUp = callOperation(url, operations.lookUpAccount, { name: 'alice' }, again.token)
    expect((await refusal(lookUp)).code).toBe('name_unknown')
    const chain = { account: alice.account, from: 0 }
    const { links } = await callOperation(url, operations.readChain, chain, again.token)
    expect(links).toHaveLength(1)
    await expect(perform(server.dataDirectory, { do: 'remove', name: 'alice' })).rejects.toMatchObject({
      code: 'name_unknown',
    })
  })
})

describe('the name of an account that was removed', () => {
  it('is nobody’s for seven days, on neither lane, and then anybody’s', async () => {
    const clock = testClock()
    const server = await testServer({ open: true, clock })
    await register(server.url, 'alice', secret)
    await perform(server.dataDirectory, { do: 'remove', name: 'alice' })
    const make = async () => {
      const { input } = await prepareRegistration(
        server.url,
        'alice',
        secret,
        Math.floor(clock.nowMs() / 1000),
      )
      return refusal(callOperation(server.url, operations.registerFinish, input, null))
    }
    const password = 'a long enough password'
    const asProgram = () => call(server.url, 'POST', '/register', null, { username: 'alice', password })
    expect((await make()).code).toBe('name_taken')
    expect((await asProgram()).body['code']).toBe('USERNAME_TAKEN')
    // An hour at a time: a clock that leaps is not believed at once.
    for (let hours = 0; hours < 24 * 7 + 1; hours++) {
      clock.advance(3_500_000)
      await callOperation(server.url, operations.readServer, {}, null)
    }
    clock.advance(3_500_000)
    expect((await asProgram()).body['code']).toBe('USERNAME_TAKEN')
    for (let hours = 0; hours < 8; hours++) {
      clock.advance(3_500_000)
      await callOperation(server.url, operations.readServer, {}, null)
    }
    expect((await make()).code).toBe('accepted')
  })
})

describe('who is connected when it happens', () => {
  it.each(['suspend', 'remove'] as const)('is cut off at once on both lanes: %s', async (verb) => {
    const server = await testServer({ open: true })
    const alice = await register(server.url, 'alice', secret)
    const live = await openSocket(server.url)
    live.send({ kind: 'hello', token: alice.token })
    await live.next('ready')
    const robot = await program(server, 'robot')
    const socket = io(server.url, {
      auth: { token: robot.token },
      transports: ['websocket'],
      reconnection: false,
    })
    await new Promise<void>((resolve) => socket.once('connected', () => resolve()))
    const openEnded = new Promise<void>((resolve) => socket.once('disconnect', () => resolve()))
    await perform(server.dataDirectory, { do: verb, name: 'alice' })
    await perform(server.dataDirectory, { do: verb, name: 'robot' })
    // 4401: the session has ended.
    expect(await live.closed).toBe(4401)
    await openEnded
  })

  it('in the rooms of a program that is removed is told, and a new key is asked for', async () => {
    const server = await testServer({ open: true })
    const [robot, other] = [await program(server, 'robot'), await program(server, 'other')]
    const { body } = await call(server.url, 'POST', '/api/rooms', robot.token, { name: 'Machines' })
    const connect = async (token: string) => {
      const socket = io(server.url, { auth: { token }, transports: ['websocket'], reconnection: false })
      await new Promise<void>((resolve) => socket.once('connected', () => resolve()))
      await socket.timeout(5000).emitWithAck('join_room', { room_id: body['room_id'] })
      return socket
    }
    const [first, second] = [await connect(robot.token), await connect(other.token)]
    const asked = new Promise<unknown>((resolve) => second.once('rekey_required', resolve))
    await perform(server.dataDirectory, { do: 'remove', name: 'robot' })
    expect(await asked).toMatchObject({ room_id: body['room_id'], generation: 1 })
    first.close()
    second.close()
  })
})

describe('links of an account that was removed', () => {
  it('are taken back from others, and its name stays away', async () => {
    const store = await openStore({ path: ':memory:' })
    const alice = someAccount('alice')
    await store.authentication.createAccount(alice)
    const { account } = alice
    const terms = { name: 'alice', nowMs: 1000, nameUntilMs: 9000 }
    await store.admin.remove({ kind: 'person', account, user: null }, terms)
    const link = {
      account,
      seq: 1,
      link: alice.genesis,
      state: alice.state,
      added: [],
      revoked: [],
      nowMs: 2000,
    }
    expect(await store.directory.extendChain({ ...link, name: 'alice' })).toEqual({
      kind: 'extended',
      endedSessions: [],
    })
    expect(await store.directory.accountNamed('alice')).toBeUndefined()
    expect((await store.directory.account(account))?.seq).toBe(1)
    const bob = someAccount('bob')
    await store.authentication.createAccount(bob)
    const renamed = { ...link, account: bob.account, name: 'alice' }
    expect((await store.directory.extendChain(renamed)).kind).toBe('name_taken')
    expect((await store.directory.extendChain({ ...renamed, nowMs: 9000 })).kind).toBe('extended')
    await store.close()
  })
})

describe('a hook of a suspended account', () => {
  it('is refused with the right token, and as ever with a wrong one', async () => {
    const token = makeToken()
    const { account } = someAccount('alice')
    const stored = { account, tokenHash: token.hash } as unknown as StoredHook
    const access = makeHookAccess({
      store: { hook: async () => stored },
      refuseSuspended: async () => {
        throw new SottoError('account_suspended')
      },
      clock: systemClock,
      limits,
      log: makeEventLog({ level: 'silent', destination: { write: () => {} }, idKey: new Uint8Array(32) }),
    })
    const hook = new Uint8Array(16)
    expect((await refusal(access(hook, token.text, '::1'))).code).toBe('account_suspended')
    expect((await refusal(access(hook, makeToken().text, '::1'))).code).toBe('unauthorized')
  })
})

describe('the limits', () => {
  it('in force are told, and who has used one up', async () => {
    const server = await testServer({ open: true, limits: { storedBytesPerAccountPerDay: 1000 } })
    const alice = await register(server.url, 'alice', secret)
    await createRoom(alice)
    await server.close()
    const listed = await perform(server.dataDirectory, { do: 'limits' })
    const inForce = listed.filter(({ kind }) => kind === 'limit')
    expect(inForce).toContainEqual({ kind: 'limit', limit: 'devicesPerAccountMax', value: 20 })
    await server.restart()
    const running = await perform(server.dataDirectory, { do: 'limits' })
    expect(running).toContainEqual({ kind: 'limit', limit: 'storedBytesPerAccountPerDay', value: 1000 })
    const used = running.filter(({ kind }) => kind === 'used')
    expect(used).toMatchObject([{ limit: 'storedBytesPerAccountPerDay', by: 'alice', value: 1000 }])
    const [account] = await perform(server.dataDirectory, { do: 'accounts' })
    expect(account?.bytes).toBeGreaterThan(800)
  })
})

describe('who causes trouble', () => {
  it('is told by account and by source, with what was refused, while a server runs', async () => {
    const server = await testServer({ open: true })
    const alice = await register(server.url, 'alice', secret)
    const robot = await program(server, 'robot')
    for (let i = 0; i < 3; i++) await refusal(alice.call(operations.lookUpAccount, { name: `nobody${i}` }))
    await call(server.url, 'GET', '/api/me', robot.token)
    await call(server.url, 'GET', '/api/me', 'x'.repeat(43))
    const talker = await program(server, 'talker')
    const socket = io(server.url, { auth: { token: talker.token }, transports: ['websocket'] })
    await socket.timeout(5000).emitWithAck('join', {})
    socket.disconnect()
    const listed = await perform(server.dataDirectory, { do: 'abuse' })
    const by = (who: string) => listed.find((one) => one.who === who)
    expect(by('alice')).toMatchObject({ kind: 'account', requests: 3, refusals: { name_unknown: 3 } })
    expect(by('alice')?.workUs).toBeGreaterThan(0)
    expect(by('robot')).toMatchObject({ kind: 'account', requests: 1 })
    expect(by('talker')).toMatchObject({ kind: 'account', requests: 1 })
    // On the open lane, too: over HTTP and on a socket.
    for (const who of ['robot', 'talker']) expect(by(who)?.workUs).toBeGreaterThan(0)
    const [source] = listed.filter(({ kind }) => kind === 'source')
    expect(source?.who).toMatch(/^[0-9a-f]{16}$/)
    expect(source?.requests).toBeGreaterThan(5)
    expect(source?.refusals).toMatchObject({ name_unknown: 3, UNAUTHORIZED: 1 })
    expect(JSON.stringify(listed)).not.toContain('127.0.0.1')
    await server.close()
    await expect(perform(server.dataDirectory, { do: 'abuse' })).rejects.toMatchObject({
      code: 'unavailable',
    })
  })
})
