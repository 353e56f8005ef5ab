import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  codeWritten,
  H,
  limits,
  operations,
  sessionHash,
  sessionProofMessage,
  SottoError,
} from '@sotto/protocol'
import { buildSetName, signLabelled } from '@sotto/trust'
import { describe, expect, it } from 'vitest'
import { makeSessions } from '../src/authentication/sessions.ts'
import { processBus } from '../src/bus/processBus.ts'
import { makeEventLog } from '../src/logging/eventLog.ts'
import { makeSteadyClock } from '../src/steadyClock.ts'
import { callOperation, refusal } from './client/calling.ts'
import { standingClock, testClock } from './client/clock.ts'
import {
  connect,
  learn,
  login,
  nowS,
  prepareRegistration,
  provider,
  random,
  type RawDevice,
  register,
} from './client/device.ts'
import { openSocket } from './client/liveSocket.ts'
import * as password from './client/password.ts'
import { testServer } from './client/testServer.ts'
import { someAccount } from './contracts/authenticationStore.ts'
import { emptyData } from './memory/data.ts'
import { memoryStore } from './memory/memoryStore.ts'

const secret = 'correct horse battery'
const as = (device: RawDevice) => ({ account: device.account, device: device.id, signer: device.signer })
const sessionOf = (url: string, token: string) => callOperation(url, operations.readSession, {}, token)

describe('registration', () => {
  it('creates an account with its chain, vault and session', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'Alice', secret)
    const session = await sessionOf(url, alice.token)
    expect(session).toMatchObject({ account: alice.account, device: alice.id, name: 'alice' })
    const { links } = await alice.call(operations.readChain, { account: alice.account, from: 0 })
    expect(links).toHaveLength(1)
    const slot = await alice.call(operations.readVaultSlot, { slot: 'root' })
    expect(slot.counter).toBe(1)
  })

  it('gives a name to one account only, in whatever case and form it is written', async () => {
    const { url } = await testServer()
    await register(url, 'zoë')
    expect((await refusal(register(url, 'ZOE\u0308'))).code).toBe('name_taken')
  })

  it('lets one of two win who want a name at once', async () => {
    const { url } = await testServer()
    const prepared = await Promise.all([1, 2].map(() => prepareRegistration(url, 'alice', secret)))
    const outcomes = await Promise.all(
      prepared.map(({ input }) => refusal(callOperation(url, operations.registerFinish, input, null))),
    )
    expect(outcomes.map(({ code }) => code).toSorted()).toEqual(['accepted', 'name_taken'])
  })

  it.each(['a', 'a'.repeat(32), 'аlice', 'al ice', '.alice', ''])('refuses the name %j', async (name) => {
    const { url } = await testServer()
    const { request } = await password.startRegistration(secret)
    const asked = callOperation(url, operations.registerStart, { name, request }, null)
    expect((await refusal(asked)).code).toBe('name_invalid')
  })

  it('refuses a chain of another name, a forged one, and one of another time, and stores nothing of it', async () => {
    const { url } = await testServer()
    const { input, genesis } = await prepareRegistration(url, 'alice', secret)
    const finish = (changes: Partial<typeof input>) =>
      refusal(callOperation(url, operations.registerFinish, { ...input, ...changes }, null))
    expect((await finish({ name: 'mallory' })).code).toBe('bad_request')
    const [identity] = genesis.signatures as [Uint8Array]
    const forged = { ...genesis, signatures: [identity, random(64)] }
    expect(await finish({ genesis: forged })).toEqual({ code: 'policy', detail: { rule: 'CHAIN-5' } })
    const early = await prepareRegistration(url, 'alice', secret, nowS() - 3600)
    expect((await finish({ genesis: early.genesis })).code).toBe('bad_request')
    expect((await refusal(login(url, 'alice', secret, null))).code).toBe('invalid_credentials')
    expect((await finish({})).code).toBe('accepted')
  })

  it('SES-5: counts what is made: a thousand empty requests keep no neighbour from registering', async () => {
    const { url } = await testServer({ limits: { registrationsPerAddressPerHour: 1 } })
    const attempt = async (): Promise<unknown> => {
      const response = await fetch(`${url}${operations.registerFinish.path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/cbor' },
        body: new Uint8Array(0),
      })
      return codeWritten(((await response.json()) as { code: unknown }).code)
    }
    const codes = new Set<unknown>()
    for (let i = 0; i < 100; i++) codes.add(await attempt())
    expect([...codes]).toEqual(['bad_request'])
    const { input } = await prepareRegistration(url, 'mallory', secret)
    const spoilt = { ...input, name: 'other' }
    for (let i = 0; i < 5; i++)
      expect((await refusal(callOperation(url, operations.registerFinish, spoilt, null))).code).toBe(
        'bad_request',
      )
    await register(url, 'neighbour')
  })

  it('SES-5: is slowed down per address, by half a minute at most, and not closed', async () => {
    const clock = testClock()
    const { url } = await testServer({ clock, limits: { registrationsPerAddressPerHour: 2 } })
    await register(url, 'alice')
    await register(url, 'bob')
    const third = await refusal(register(url, 'carol'))
    expect(third.code).toBe('rate')
    const { retryAfterMs } = third.detail as { retryAfterMs: number }
    expect(retryAfterMs).toBeGreaterThan(0)
    expect(retryAfterMs).toBeLessThanOrEqual(limits.tryDelayMaxMs)
    clock.advance(retryAfterMs)
    await register(url, 'carol')
  })

  it('SES-11: tells of a name only at the end, where it is counted', async () => {
    const { url } = await testServer({ limits: { registrationsPerAddressPerHour: 3 } })
    await register(url, 'alice', secret)
    const { request } = await password.startRegistration(secret)
    const start = (name: string) => callOperation(url, operations.registerStart, { name, request }, null)
    const [taken, free] = [await start('alice'), await start('nobody')]
    expect(taken.response.length).toBe(free.response.length)
    const probe = async (name: string) => (await refusal(register(url, name, secret))).code
    expect([await probe('alice'), await probe('alice'), await probe('alice')]).toEqual([
      'name_taken',
      'name_taken',
      'rate',
    ])
  })
})

describe('login', () => {
  it('opens a session of the device that proves itself, in place of the one it had', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice', secret)
    const { token, session } = await login(url, 'alice', secret, as(alice))
    expect(session).toMatchObject({ account: alice.account, device: alice.id })
    expect((await refusal(sessionOf(url, alice.token))).code).toBe('unauthorized')
    expect((await sessionOf(url, token)).device).toEqual(alice.id)
  })

  it('works for an account under its new name, and for who has taken the old one', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice', secret)
    const state = await learn(alice, alice.account)
    const renaming = { provider, state, timeS: nowS(), identity: alice.identity, name: 'alicia' }
    await alice.call(operations.appendLink, { link: await buildSetName(renaming) })
    const other = await register(url, 'alice', 'another password of hers')
    expect((await login(url, 'alicia', secret, as(alice))).session.account).toEqual(alice.account)
    const opened = await login(url, 'alice', 'another password of hers', as(other))
    expect(opened.session.account).toEqual(other.account)
    expect((await refusal(login(url, 'alice', secret, null))).code).toBe('invalid_credentials')
  })

  it('SES-6: keeps the credential of each account to itself', async () => {
    const { url } = await testServer()
    const prepared = await prepareRegistration(url, 'alice', secret)
    await callOperation(url, operations.registerFinish, prepared.input, null)
    const { exchange } = prepared.input
    const mallory = await prepareRegistration(url, 'mallory', secret)
    const borrowed = { ...mallory.input, exchange }
    const refused = await refusal(callOperation(url, operations.registerFinish, borrowed, null))
    expect(refused.code).toBe('name_taken')
    expect((await refusal(login(url, 'alice', secret, null))).code).toBe('accepted')
  })

  it('SES-2: refuses a wrong password and an unknown name with one and the same answer', async () => {
    const { url } = await testServer()
    await register(url, 'alice', secret)
    const started = await password.startLogin(secret)
    const start = (name: string) =>
      callOperation(url, operations.loginStart, { name, request: started.request }, null)
    const [known, unknown] = [await start('alice'), await start('nobody')]
    expect(unknown.response.length).toBe(known.response.length)
    expect(unknown.exchange.length).toBe(known.exchange.length)
    for (const { exchange } of [known, unknown]) {
      const finish = random(64)
      const refused = await refusal(
        callOperation(url, operations.loginFinish, { exchange, finish, device: null }, null),
      )
      expect(refused).toEqual({ code: 'invalid_credentials', detail: {} })
    }
  })

  it('takes an exchange once, and for two minutes', async () => {
    const clock = standingClock()
    const { url } = await testServer({ clock })
    await register(url, 'alice', secret)
    const begin = async () => {
      const started = await password.startLogin(secret)
      const { exchange, response } = await callOperation(
        url,
        operations.loginStart,
        { name: 'alice', request: started.request },
        null,
      )
      const finish = password.finishLogin(started.state, secret, response)?.finish as Uint8Array
      return () =>
        refusal(callOperation(url, operations.loginFinish, { exchange, finish, device: null }, null))
    }
    const finish = await begin()
    expect((await finish()).code).toBe('accepted')
    expect((await finish()).code).toBe('invalid_credentials')
    const [inTime, late] = [await begin(), await begin()]
    clock.advance(limits.loginExchangeMs - 1)
    expect((await inTime()).code).toBe('accepted')
    clock.advance(1)
    expect((await late()).code).toBe('invalid_credentials')
  })

  it('SES-4: refuses a device of another account, an unknown one, and a proof that is not its own', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice', secret)
    const bob = await register(url, 'bob', secret)
    const attempt = async (who: Parameters<typeof login>[3]) =>
      (await refusal(login(url, 'alice', secret, who))).code
    expect(await attempt({ ...as(alice), signer: bob.signer })).toBe('device_unknown')
    expect(await attempt({ ...as(alice), device: random(16) })).toBe('device_unknown')
    expect(await attempt(as(bob))).toBe('device_unknown')
    expect(await attempt({ ...as(bob), account: alice.account })).toBe('device_unknown')
  })

  /** Guesses until the next one has to wait, and says for how long. */
  const guessOn = async (url: string, name: string, who: Parameters<typeof login>[3] = null) => {
    for (;;) {
      const refused = await refusal(login(url, name, 'wrong', who))
      if (refused.code === 'rate') return Number(refused.detail['retryAfterMs'])
      expect(refused.code).toBe('invalid_credentials')
    }
  }

  it('SES-5: who guesses at a name is slowed down, and neither its neighbours nor, after a moment, its owner', async () => {
    const clock = testClock()
    const { url } = await testServer({ clock })
    await register(url, 'alice', secret)
    await register(url, 'bob', secret)
    const waitMs = await guessOn(url, 'alice')
    expect(waitMs).toBeLessThanOrEqual(limits.tryDelayMaxMs)
    await login(url, 'bob', secret, null)
    clock.advance(waitMs)
    await login(url, 'alice', secret, null)
  })

  it('SES-10: a device that signs is let in while others guess, and is slowed down by nobody but itself', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice', secret)
    await guessOn(url, 'alice')
    expect((await login(url, 'alice', secret, as(alice))).session.device).toEqual(alice.id)
    // A login that signs does not open the way for those who do not sign.
    expect((await refusal(login(url, 'alice', secret, null))).code).toBe('rate')
    // Whoever has the device and not the password guesses no faster.
    expect(await guessOn(url, 'alice', as(alice))).toBeGreaterThan(0)
  })

  it('SES-10: a signature that does not hold counts as none, and the answer does not tell', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice', secret)
    const bob = await register(url, 'bob', secret)
    const forged = [
      { ...as(alice), signer: bob.signer },
      { ...as(alice), device: random(16) },
      as(bob),
      { ...as(bob), account: alice.account },
    ]
    const { request } = await password.startLogin('wrong')
    const start = async (name: string, one: (typeof forged)[number], signed = request) => {
      const proof = await signLabelled(one.signer, 'login-start', [one.account, one.device, H(signed)])
      const device = { account: one.account, device: one.device, proof }
      return callOperation(url, operations.loginStartOfDevice, { name, request, device }, null)
    }
    const lengths = new Set<number>()
    for (const one of forged) lengths.add((await start('alice', one)).response.length)
    lengths.add((await start('nobody', as(alice))).response.length)
    expect(lengths.size).toBe(1)
    // Signed for another message of the same device.
    await start('alice', as(alice), random(96))
    expect((await refusal(start('alice', forged[0] as (typeof forged)[number]))).code).toBe('rate')
    expect((await refusal(start('alice', as(alice)))).code).toBe('accepted')
  })

  it('does not count against those who know the password', async () => {
    const { url } = await testServer()
    await register(url, 'alice', secret)
    for (let i = 0; i < limits.loginTriesPerWindow + 2; i++) await login(url, 'alice', secret, null)
  })

  it('SES-4: without a device gives a session that sees its own account and nothing else', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice', secret)
    const bob = await register(url, 'bob', secret)
    const { token, session } = await login(url, 'alice', secret, null)
    expect(session.device).toBeNull()
    const asked = async (work: Promise<unknown>) => (await refusal(work)).code
    const { account } = alice
    expect(await asked(callOperation(url, operations.readVaultSlot, { slot: 'root' }, token))).toBe(
      'accepted',
    )
    expect(await asked(callOperation(url, operations.readChain, { account, from: 0 }, token))).toBe(
      'accepted',
    )
    const other = { account: bob.account, from: 0 }
    expect(await asked(callOperation(url, operations.readChain, other, token))).toBe('forbidden')
    expect(await asked(callOperation(url, operations.lookUpAccount, { name: 'bob' }, token))).toBe(
      'forbidden',
    )
    expect(await asked(callOperation(url, operations.listRooms, {}, token))).toBe('forbidden')
    const slot = { slot: 'root', counter: 9, sealed: random(9) }
    expect(await asked(callOperation(url, operations.writeVaultSlot, slot, token))).toBe('forbidden')
    const socket = await openSocket(url)
    socket.send({ kind: 'hello', token })
    expect(await socket.closed).toBe(4401)
  })
})

describe('sessions', () => {
  it('SES-3: end when they are not used for twelve hours, and at the latest after thirty days', async () => {
    const clock = testClock()
    const { url } = await testServer({ clock })
    const alice = await register(url, 'alice', secret)
    clock.advance(limits.sessionIdleMs - 60_000)
    await sessionOf(url, alice.token)
    clock.advance(limits.sessionIdleMs - 60_000)
    await sessionOf(url, alice.token)
    clock.advance(limits.sessionIdleMs)
    expect((await refusal(sessionOf(url, alice.token))).code).toBe('session_expired')

    const { token } = await login(url, 'alice', secret, as(alice))
    for (let used = 0; used < limits.sessionAbsoluteMs; used += limits.sessionIdleMs / 2) {
      expect((await refusal(sessionOf(url, token))).code).toBe('accepted')
      clock.advance(limits.sessionIdleMs / 2 - 600_000)
      expect((await refusal(sessionOf(url, token))).code).toBe('accepted')
      clock.advance(600_000)
    }
    expect((await refusal(sessionOf(url, token))).code).toBe('session_expired')
  })

  it('SES-12: whether one has ended is signed for whoever asks, over his question', async () => {
    const clock = testClock()
    const { url } = await testServer({ clock })
    const alice = await register(url, 'alice', secret)
    const { logKey } = await callOperation(url, operations.readServer, {}, null)
    const ended = async (token: string): Promise<boolean> => {
      const [nonce, session] = [random(32), sessionHash(token)]
      const proof = await callOperation(url, operations.proveSession, { nonce, session }, null)
      const message = sessionProofMessage(nonce, session, proof.hasEnded)
      expect(await provider.verify('Ed25519', logKey, message, proof.signature)).toBe(true)
      expect(
        await provider.verify(
          'Ed25519',
          logKey,
          sessionProofMessage(nonce, session, !proof.hasEnded),
          proof.signature,
        ),
      ).toBe(false)
      return proof.hasEnded
    }
    expect([await ended(alice.token), await ended('a token of nobody')]).toEqual([false, true])
    await callOperation(url, operations.logout, {}, alice.token)
    expect(await ended(alice.token)).toBe(true)
    const { token } = await login(url, 'alice', secret, as(alice))
    expect(await ended(token)).toBe(false)
    clock.advance(limits.sessionIdleMs)
    // That is over before anybody has tried to use it.
    expect(await ended(token)).toBe(true)
  })

  it('outlast a clock that jumps and comes back, and are gone for good when it goes on', async () => {
    const clock = testClock()
    const { url } = await testServer({ clock })
    const alice = await register(url, 'alice', secret)
    const tenYearsMs = 3650 * 86_400_000
    for (const jumpMs of [tenYearsMs, -tenYearsMs, -tenYearsMs, tenYearsMs]) {
      clock.advance(jumpMs)
      expect((await sessionOf(url, alice.token)).name).toBe('alice')
    }
    // Only what is steady is believed for good: the same after a pause of days.
    clock.advance(5 * 86_400_000)
    expect((await refusal(sessionOf(url, alice.token))).code).toBe('session_expired')
    clock.advance(-5 * 86_400_000)
    expect((await sessionOf(url, alice.token)).name).toBe('alice')
    clock.advance(5 * 86_400_000)
    for (let minutes = 0; minutes < 60; minutes += 20) {
      expect((await refusal(sessionOf(url, alice.token))).code).toBe('session_expired')
      clock.advance(20 * 60_000)
    }
    expect((await refusal(sessionOf(url, alice.token))).code).toBe('session_expired')
    expect((await refusal(sessionOf(url, alice.token))).code).toBe('unauthorized')
  })

  it('SES-3: end at logout, and their sockets with them', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice', secret)
    const socket = await connect(alice)
    const startedMs = performance.now()
    await alice.call(operations.logout, {})
    expect((await socket.next('closing')).reason).toBe('session')
    expect(await socket.closed).toBe(4401)
    expect(performance.now() - startedMs).toBeLessThan(5000)
    expect((await refusal(sessionOf(url, alice.token))).code).toBe('unauthorized')
  })

  it('close their sockets when they run out, and live on as long as the sockets are used', async () => {
    const clock = testClock()
    const { url } = await testServer({ clock })
    const alice = await register(url, 'alice', secret)
    const socket = await connect(alice)
    for (let i = 0; i < 4; i++) {
      clock.advance(limits.sessionIdleMs / 2)
      socket.send({ kind: 'ping', nonce: i })
      await socket.next('pong')
    }
    clock.advance(limits.sessionIdleMs + 1000)
    expect((await socket.next('closing')).reason).toBe('session')
    expect(await socket.closed).toBe(4401)
  })

  it('go on where nothing can be written', async () => {
    const data = emptyData()
    const store = memoryStore(() => data).authentication
    const readOnly = { ...store, touchSession: () => Promise.reject(new SottoError('read_only')) }
    const clock = testClock()
    const sessions = makeSessions({
      store: readOnly,
      bus: processBus(),
      clock: makeSteadyClock(clock, undefined),
      limits,
      log: makeEventLog({ level: 'silent', destination: { write: () => undefined }, idKey: random(32) }),
    })
    const account = someAccount('alice')
    await store.createAccount(account)
    const { token, session } = await sessions.open(account.account, account.session.device, 'alice')
    clock.advance(3_600_000)
    expect((await sessions.authenticate(token)).expiresMs).toBe(session.expiresMs)
    clock.advance(limits.sessionIdleMs)
    expect((await refusal(sessions.authenticate(token))).code).toBe('session_expired')
  })

  it('are refused for a token that is none', async () => {
    const { url } = await testServer()
    for (const token of ['x', 'A'.repeat(43), 'A'.repeat(128), '../../etc/passwd'])
      expect((await refusal(sessionOf(url, token))).code).toBe('unauthorized')
  })
})

describe('what is stored', () => {
  it('holds neither the token nor the password', async () => {
    const server = await testServer()
    const alice = await register(server.url, 'alice', 'a password nobody writes down')
    await server.close()
    const bytes = readFileSync(join(server.dataDirectory, 'sotto.db'))
    expect(bytes.includes(alice.token)).toBe(false)
    expect(bytes.includes(Buffer.from(alice.token, 'base64url'))).toBe(false)
    expect(bytes.includes('a password nobody')).toBe(false)
  })
})
