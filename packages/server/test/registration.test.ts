import { operations } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { administer } from '../src/administer.ts'
import { registrationOf } from '../src/configuration.ts'
import { callOperation, refusal } from './client/calling.ts'
import { standingClock, testClock } from './client/clock.ts'
import { login, prepareRegistration } from './client/device.ts'
import { startRegistration } from './client/password.ts'
import { testServer } from './client/testServer.ts'

const secret = 'correct horse battery'
const minuteMs = 60_000
const dayMs = 86_400_000

/** A key as the host of a server makes it. */
const inviteTo = async (dataDirectory: string, uses = 1, lifetimeMs = dayMs): Promise<string> => {
  const where = { dataDirectory, publicUrl: null }
  for await (const { key } of administer(where, { do: 'invite.create', uses, lifetimeMs })) return key
  throw new Error('nothing was made')
}

const byInvitation = async (uses = 1) => {
  const { url, dataDirectory } = await testServer({ registration: 'invite', open: true })
  return { url, key: await inviteTo(dataDirectory, uses) }
}

const startWith = async (url: string, name: string, invite: string | null) => {
  const { request } = await startRegistration(secret)
  return refusal(callOperation(url, operations.registerStart, { name, request, invite }, null))
}

const registerWith = (url: string, name: string, invite: string | null) =>
  refusal(
    prepareRegistration(url, name, secret, undefined, invite).then(({ input }) =>
      callOperation(url, operations.registerFinish, input, null),
    ),
  )

const registerProgram = async (url: string, username: string, more: Record<string, unknown> = {}) => {
  const response = await fetch(`${url}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: 'a long enough password', ...more }),
  })
  const body = (await response.json()) as { readonly code?: string }
  return [response.status, body.code]
}

const wrongKey = 'x'.repeat(43)

describe('SES-9: who may register, where nothing is said,', () => {
  it.each([
    [{}, 'open'],
    [{ host: 'localhost' }, 'open'],
    [{ host: '127.0.0.1' }, 'open'],
    [{ host: '127.9.9.9' }, 'open'],
    [{ host: '::1' }, 'open'],
    [{ host: '0.0.0.0' }, 'invite'],
    [{ host: '::' }, 'invite'],
    [{ host: '192.168.1.5' }, 'invite'],
    [{ host: 'chat.example.org' }, 'invite'],
    [{ host: '127.0.0.1.example.org' }, 'invite'],
    [{ host: '' }, 'invite'],
    [{ host: 'localhost', trustProxy: ['loopback'] }, 'invite'],
    [{ host: 'localhost', publicUrl: 'https://chat.example.org' }, 'invite'],
    [{ host: 'localhost', hostNames: ['chat.example.org'] }, 'invite'],
    [{ host: 'localhost', trustProxy: [], hostNames: [] }, 'open'],
    [{ host: '0.0.0.0', registration: 'open' }, 'open'],
    [{ host: 'localhost', registration: 'closed' }, 'closed'],
  ] as const)('with %j is %s', (config, mode) => {
    expect(registrationOf(config)).toBe(mode)
  })

  it('is told to anybody', async () => {
    for (const registration of ['open', 'invite', 'closed'] as const) {
      const { url } = await testServer({ registration })
      expect(await callOperation(url, operations.readRegistration, {}, null)).toEqual({ mode: registration })
    }
  })
})

describe('SES-9: registration by invitation', () => {
  it('makes one account with one key, on either lane, and none without', async () => {
    const { url, key } = await byInvitation(2)
    expect((await startWith(url, 'alice', null)).code).toBe('invite_required')
    expect((await startWith(url, 'alice', wrongKey)).code).toBe('invite_invalid')
    expect(await registerProgram(url, 'robot')).toEqual([403, 'INVITE_REQUIRED'])
    expect(await registerProgram(url, 'robot', { invite: wrongKey })).toEqual([403, 'INVITE_INVALID'])
    expect((await registerWith(url, 'alice', key)).code).toBe('accepted')
    expect(await registerProgram(url, 'robot', { invite: key })).toEqual([201, undefined])
    expect((await registerWith(url, 'bob', key)).code).toBe('invite_invalid')
    expect(await registerProgram(url, 'other', { invite: key })).toEqual([403, 'INVITE_INVALID'])
  })

  it('asks for the key before it answers for a name: nobody learns who is here without one', async () => {
    const { url, key } = await byInvitation(2)
    await registerWith(url, 'alice', key)
    expect((await startWith(url, 'alice', null)).code).toBe('invite_required')
    expect((await startWith(url, 'alice', wrongKey)).code).toBe('invite_invalid')
    expect(await registerProgram(url, 'alice', { invite: wrongKey })).toEqual([403, 'INVITE_INVALID'])
    expect((await registerWith(url, 'alice', key)).code).toBe('name_taken')
  })

  it('asks for it again when the account is made, and one of two gets it', async () => {
    const { url, key } = await byInvitation()
    const [alice, bob, carol] = await Promise.all(
      ['alice', 'bob', 'carol'].map((name) => prepareRegistration(url, name, secret, undefined, key)),
    )
    if (!alice || !bob || !carol) throw new Error('nobody')
    const finish = (input: typeof alice.input) =>
      refusal(callOperation(url, operations.registerFinish, input, null))
    expect((await finish({ ...alice.input, invite: null })).code).toBe('invite_required')
    expect((await finish({ ...alice.input, invite: wrongKey })).code).toBe('invite_invalid')
    const outcomes = await Promise.all([finish(alice.input), finish(bob.input)])
    expect(outcomes.map(({ code }) => code).toSorted()).toEqual(['accepted', 'invite_invalid'])
    expect((await finish(carol.input)).code).toBe('invite_invalid')
  })

  it('does not use a key for a registration that is refused', async () => {
    const { url, key } = await byInvitation()
    const { input } = await prepareRegistration(url, 'alice', secret, undefined, key)
    const spoilt = { ...input, name: 'mallory' }
    expect((await refusal(callOperation(url, operations.registerFinish, spoilt, null))).code).toBe(
      'bad_request',
    )
    expect(await registerProgram(url, 'robot', { invite: key, password: 'short' })).toEqual([
      400,
      'WEAK_PASSWORD',
    ])
    expect((await refusal(callOperation(url, operations.registerFinish, input, null))).code).toBe('accepted')
  })

  it('ends with the key', async () => {
    const clock = testClock()
    const { url, dataDirectory } = await testServer({ registration: 'invite', clock })
    const key = await inviteTo(dataDirectory, 1, minuteMs)
    expect((await startWith(url, 'alice', key)).code).toBe('accepted')
    clock.advance(minuteMs)
    expect((await startWith(url, 'alice', key)).code).toBe('invite_invalid')
  })

  it('slows down whoever guesses, and lets a good key through all the same', async () => {
    const clock = standingClock()
    const limits = { inviteGuessesPerWindow: 3, inviteGuessesWindowMs: 2 * minuteMs }
    const { url, dataDirectory } = await testServer({ registration: 'invite', clock, limits })
    const key = await inviteTo(dataDirectory)
    const guessed = async (): Promise<number> => {
      for (let count = 0; ; count++) {
        const { code } = await startWith(url, 'alice', wrongKey)
        if (code === 'invite_invalid') continue
        expect(code).toBe('rate')
        return count
      }
    }
    expect([await guessed(), await guessed()]).toEqual([3, 0])
    // In a window all of them pass, and in a part of it as many of them.
    clock.advance(2 * minuteMs)
    expect(await guessed()).toBe(3)
    clock.advance((2 * minuteMs * 2) / 3)
    expect(await guessed()).toBe(2)
    expect((await registerWith(url, 'alice', key)).code).toBe('accepted')
  })
})

describe('a server that takes no new accounts', () => {
  it('says so on both lanes, with a key too, and lets in whoever has an account', async () => {
    const server = await testServer({ registration: 'invite', open: true })
    const key = await inviteTo(server.dataDirectory, 9)
    await registerWith(server.url, 'alice', key)
    const { input } = await prepareRegistration(server.url, 'bob', secret, undefined, key)
    await server.restart({ registration: 'closed' })
    expect((await startWith(server.url, 'carol', key)).code).toBe('registration_closed')
    const late = callOperation(server.url, operations.registerFinish, input, null)
    expect((await refusal(late)).code).toBe('registration_closed')
    expect(await registerProgram(server.url, 'robot', { invite: key })).toEqual([403, 'REGISTRATION_CLOSED'])
    expect((await login(server.url, 'alice', secret, null)).session.name).toBe('alice')
  })
})
