import { codeWritten, encodeAs, type InputOf, limits, operations } from '@sotto/protocol'
import { type SignatureLabel, signLabelled } from '@sotto/trust'
import { describe, expect, it } from 'vitest'
import { makeExchanges } from '../src/authentication/exchanges.ts'
import { callOperation } from './client/calling.ts'
import { testClock } from './client/clock.ts'
import { login, random, type RawDevice, register } from './client/device.ts'
import * as password from './client/password.ts'
import { testServer } from './client/testServer.ts'
import { codeOf } from './client/together.ts'

const secret = 'correct horse battery'

/** A login up to its last message, which the test may spoil. */
const begin = async (url: string, name: string, guess = secret) => {
  const started = await password.startLogin(guess)
  const { exchange, response } = await callOperation(
    url,
    operations.loginStart,
    { name, request: started.request },
    null,
  )
  const finish = password.finishLogin(started.state, guess, response)?.finish ?? random(64)
  return { exchange, finish, response, request: started.request }
}

type Finish = InputOf<typeof operations.loginFinish>

const end = (url: string, input: Finish) => codeOf(callOperation(url, operations.loginFinish, input, null))

const proofFor = async (device: RawDevice, exchange: Uint8Array, label: SignatureLabel = 'login') => ({
  account: device.account,
  device: device.id,
  proof: await signLabelled(device.signer, label, [device.account, device.id, exchange]),
})

describe('signing in as somebody else', () => {
  it('does not work with the end of another login, nor with one that failed before', async () => {
    const { url } = await testServer()
    await register(url, 'alice', secret)
    await register(url, 'mallory', secret)
    const hers = await begin(url, 'alice')
    const theirs = await begin(url, 'mallory')
    // The same password does not make one login the other.
    expect(await end(url, { exchange: hers.exchange, finish: theirs.finish, device: null })).toBe(
      'invalid_credentials',
    )
    expect(await end(url, { ...hers, device: null })).toBe('invalid_credentials')
    expect(await end(url, { exchange: random(16), finish: theirs.finish, device: null })).toBe(
      'invalid_credentials',
    )
    expect(await end(url, { ...theirs, device: null })).toBe('accepted')
    expect(await end(url, { ...theirs, device: null })).toBe('invalid_credentials')
  })

  it('does not work with what a device has signed for another exchange, account or purpose', async () => {
    const { url } = await testServer({ limits: { loginTriesPerWindow: 100 } })
    const alice = await register(url, 'alice', secret)
    const mallory = await register(url, 'mallory', secret)
    const attempt = async (device: (exchange: Uint8Array) => Promise<Finish['device']>) => {
      const { exchange, finish } = await begin(url, 'alice')
      return end(url, { exchange, finish, device: await device(exchange) })
    }
    const old = await proofFor(alice, random(16))
    expect(await attempt(async () => old)).toBe('device_unknown')
    for (const label of ['nack', 'leaf', 'ext-join', 'chain-device'] as const)
      expect(await attempt((exchange) => proofFor(alice, exchange, label))).toBe('device_unknown')
    expect(await attempt((exchange) => proofFor(mallory, exchange))).toBe('device_unknown')
    expect(
      await attempt(async (exchange) => ({ ...(await proofFor(mallory, exchange)), account: alice.account })),
    ).toBe('device_unknown')
    expect(
      await attempt(async (exchange) => ({ ...(await proofFor(alice, exchange)), device: mallory.id })),
    ).toBe('device_unknown')
    expect(await attempt((exchange) => proofFor(alice, exchange))).toBe('accepted')
  })

  it('is slow however the name is written and whatever a client says of its address', async () => {
    const { url } = await testServer()
    await register(url, 'alice', secret)
    const { request } = await password.startLogin('a guess')
    const { body } = operations.loginStart
    const attempt = async (name: string, forwarded: string): Promise<unknown> => {
      const response = await fetch(url + operations.loginStart.path, {
        method: 'POST',
        headers: {
          'content-type': 'application/cbor',
          'x-forwarded-for': forwarded,
          forwarded: `for=${forwarded}`,
        },
        body: new Uint8Array(encodeAs(body, { name, request })),
      })
      return response.ok ? 'tried' : codeWritten(((await response.json()) as { code: unknown }).code)
    }
    const codes = []
    for (const name of ['alice', 'ALICE', 'Alice', 'ａｌｉｃｅ', 'aLiCe', 'alicE'])
      codes.push(await attempt(name, `10.0.0.${codes.length}`))
    expect(codes).toEqual(['tried', 'tried', 'tried', 'tried', 'tried', 'rate'])
    // Others at the same address are not locked out with her.
    expect(await attempt('bob', '10.0.0.1')).toBe('tried')
  })

  it('gives an unknown name an answer that looks like the others, the same way again and again', async () => {
    const { url } = await testServer()
    await register(url, 'alice', secret)
    const answers = []
    for (const name of ['alice', 'nobody', 'alice', 'nobody']) answers.push(await begin(url, name, 'a guess'))
    expect(new Set(answers.map(({ response }) => response.length)).size).toBe(1)
    // Nothing of an answer repeats that would tell a record from none.
    expect(new Set(answers.map(({ response }) => Buffer.from(response).toString('hex'))).size).toBe(4)
    for (const { exchange, finish } of answers)
      expect(await end(url, { exchange, finish, device: null })).toBe('invalid_credentials')
  })

  it('takes no message of OPAQUE that is none', async () => {
    const { url } = await testServer({ limits: { loginTriesPerWindow: 100 } })
    await register(url, 'alice', secret)
    const starts = [
      [operations.loginStart, 'alice', (await password.startLogin(secret)).request],
      [operations.registerStart, 'bob', (await password.startRegistration(secret)).request],
    ] as const
    for (const [operation, name, right] of starts) {
      const wrong = [
        right.slice(1),
        // The library itself would read over what stands behind a message.
        Buffer.concat([right, Buffer.alloc(1)]),
        // Of random bytes some are a point of the curve; these never are.
        new Uint8Array(right.length).fill(0xff),
        new Uint8Array(right.length),
        random(4000),
      ]
      for (const request of wrong)
        expect(await codeOf(callOperation(url, operation, { name, request }, null))).toBe('bad_request')
      await callOperation(url, operation, { name, request: right }, null)
    }
  })
})

describe('exchanges', () => {
  const exchange = { name: 'alice', account: undefined, state: 'state' }
  const bounded = (perShare: number, total: number) =>
    makeExchanges(testClock(), limits.loginExchangeMs, { perShare, total })

  it('are bounded: the oldest goes first, and who began it starts again', () => {
    const exchanges = bounded(10, 10)
    const first = exchanges.begin(exchange, 'here')
    const second = exchanges.begin(exchange, 'there')
    for (let i = 0; i < 9; i++) exchanges.begin(exchange, `${i}`)
    expect(exchanges.take(first)).toBeUndefined()
    expect(exchanges.take(second)).toMatchObject(exchange)
  })

  it('of one address do not push out those of another', () => {
    const exchanges = bounded(3, 100)
    const neighbour = exchanges.begin(exchange, 'neighbour')
    const own = Array.from({ length: 1000 }, () => exchanges.begin(exchange, 'attacker'))
    expect(exchanges.take(neighbour)).toMatchObject({ share: 'neighbour' })
    expect(own.flatMap((id) => exchanges.take(id) ?? [])).toHaveLength(3)
  })
})

describe('a token', () => {
  it('is taken from one place only, in one form', async () => {
    const { url } = await testServer()
    const { token } = await register(url, 'alice', secret)
    const path = url + operations.readSession.path
    const status = async (headers: Record<string, string>, query = '') =>
      (await fetch(path + query, { headers })).status
    expect(await status({ authorization: `Bearer ${token}` })).toBe(200)
    for (const authorization of [
      token,
      `bearer ${token}`,
      `Basic ${token}`,
      `Bearer  ${token}`,
      `Bearer ${token}=`,
      `Bearer ${token}, Bearer ${token}`,
      `Bearer ${Buffer.from(token, 'base64url').toString('base64')}`,
      `Bearer ${token.slice(0, -1)}`,
    ])
      expect(await status({ authorization })).toBe(401)
    expect(await status({ cookie: `token=${token}; __Host-session=${token}` })).toBe(401)
    expect(await status({}, `?token=${token}`)).toBe(401)
    expect(await status({ 'x-authorization': `Bearer ${token}` })).toBe(401)
  })

  it('is one of so many of an account, and ends alone', async () => {
    const { url } = await testServer({ limits: { sessionsPerAccountMax: 3 } })
    const alice = await register(url, 'alice', secret)
    const session = (token: string) => codeOf(callOperation(url, operations.readSession, {}, token))
    const tokens = [alice.token]
    for (let i = 0; i < 3; i++) tokens.push((await login(url, 'alice', secret, null)).token)
    const states = await Promise.all(tokens.map(session))
    expect(states.filter((code) => code === 'accepted')).toHaveLength(3)
    expect(states.at(-1)).toBe('accepted')
    const [, second, third] = tokens as [string, string, string, string]
    await callOperation(url, operations.logout, {}, third)
    expect([await session(second), await session(third)]).toEqual(['accepted', 'unauthorized'])
  })

  it('of a device does nothing any more when the device is another one’s', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice', secret)
    const mallory = await register(url, 'mallory', secret)
    const { exchange, finish } = await begin(url, 'mallory')
    const device = { ...(await proofFor(alice, exchange)), account: mallory.account }
    expect(await end(url, { exchange, finish, device })).toBe('device_unknown')
    expect(await codeOf(alice.call(operations.readSession, {}))).toBe('accepted')
  })
})
