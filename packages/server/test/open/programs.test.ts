import { limits, type RegistrationMode } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import type { ServerLimits } from '../../src/configuration.ts'
import { makeEventLog } from '../../src/logging/eventLog.ts'
import { makePrograms } from '../../src/open/accounts/programs.ts'
import { asRefusal, OpenRefusal } from '../../src/open/failure.ts'
import type { OpenUser } from '../../src/open/store.ts'
import { testClock } from '../client/clock.ts'
import { random } from '../client/device.ts'

const good = 'a long enough passphrase'
const here = { address: '192.0.2.7', token: undefined }

const someUser = (name: string): OpenUser => ({
  id: 1,
  name,
  kind: 'program',
  account: null,
  publicKey: null,
  fingerprint: null,
  presence: 'visible',
})

/** Programs over a store of names, whose passwords are compared as they are. */
const programs = (changes: Partial<ServerLimits> = {}, mode: RegistrationMode = 'open') => {
  const clock = testClock()
  const names = new Map<string, string>()
  let hashed = 0
  const made = makePrograms({
    store: {
      isPerson: async (name) => name.startsWith('person'),
      named: async (name) => (names.has(name) ? someUser(name) : undefined),
      password: async (name) => {
        const password = names.get(name)
        return password === undefined ? undefined : { user: someUser(name), password }
      },
      createProgram: async ({ name, password }) => {
        if (name === 'storm') throw new OpenRefusal('READ_ONLY')
        names.set(name, password)
        return someUser(name)
      },
    },
    admission: { mode, admit: async () => null },
    passwords: {
      hash: async (password) => password,
      verify: async (password, stored) => {
        hashed += 1
        return password === stored
      },
    },
    holderOf: async () => undefined,
    clock,
    limits: { ...limits, ...changes },
    log: makeEventLog({ level: 'silent', destination: { write: () => undefined }, idKey: random(32) }),
  })
  const outcome = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'OK',
      (error: unknown) => asRefusal(error)?.code ?? 'BUG',
    )
  const register = (username: string, password = good) =>
    outcome(made.register({ username, password, publicKey: undefined, invite: null }, here))
  const logIn = (username: string, password: string) => outcome(made.logIn(username, password, here))
  return { clock, register, logIn, made, hashed: () => hashed }
}

describe('programs', () => {
  it('SES-5: are registered while a neighbour sends what makes nothing', async () => {
    const { register } = programs({ registrationsPerAddressPerHour: 1 })
    for (let i = 0; i < 100; i++) expect(await register('weak', 'short')).toBe('WEAK_PASSWORD')
    for (let i = 0; i < 100; i++) expect(await register('.')).toBe('USERNAME_INVALID')
    expect(await register('storm')).toBe('READ_ONLY')
    expect(await register('alice')).toBe('OK')
  })

  it('SES-5: are slowed down by what was made and told, half a minute at most', async () => {
    const { register, made, clock } = programs({ registrationsPerAddressPerHour: 2 })
    expect([await register('alice'), await register('alice')]).toEqual(['OK', 'USERNAME_TAKEN'])
    const refused = await made
      .register({ username: 'bob', password: good, publicKey: undefined, invite: null }, here)
      .catch(asRefusal)
    const waitMs = (refused as OpenRefusal).detail.retryAfterMs ?? Number.NaN
    expect(waitMs).toBeLessThanOrEqual(limits.tryDelayMaxMs)
    clock.advance(waitMs)
    expect(await register('bob')).toBe('OK')
  })

  it('SES-5: log in, a moment later, where somebody has guessed, and at once where nobody has', async () => {
    const { register, logIn, clock } = programs()
    for (const name of ['alice', 'bob']) await register(name)
    let last = ''
    while (last !== 'RATE_LIMITED') last = await logIn('alice', 'wrong')
    expect([await logIn('alice', good), await logIn('bob', good)]).toEqual(['RATE_LIMITED', 'OK'])
    clock.advance(limits.tryDelayMaxMs)
    expect(await logIn('alice', good)).toBe('OK')
    for (let i = 0; i < 20; i++) expect(await logIn('alice', good)).toBe('OK')
  })

  it('SES-13: say what a person is to do, whatever the password, and look at none', async () => {
    const { logIn, hashed } = programs()
    for (let i = 0; i < 20; i++) expect(await logIn('Person', `${good} ${i}`)).toBe('PERSON_ACCOUNT')
    expect(hashed()).toBe(0)
  })

  it('SES-13: tell no more names of persons than registration tells of names that are taken', async () => {
    const { logIn, clock } = programs({ registrationsPerAddressPerHour: 2 })
    const told = [await logIn('person-a', good), await logIn('person-b', good), await logIn('person-c', good)]
    expect(told).toEqual(['PERSON_ACCOUNT', 'PERSON_ACCOUNT', 'INVALID_CREDENTIALS'])
    clock.advance(3_600_000)
    expect(await logIn('person-c', good)).toBe('PERSON_ACCOUNT')
  })

  it('SES-13: answer a person like nobody where a stranger cannot ask for names', async () => {
    for (const mode of ['invite', 'closed'] as const) {
      const { logIn, hashed } = programs({}, mode)
      expect([await logIn('person', good), await logIn('nobody', good)]).toEqual([
        'INVALID_CREDENTIALS',
        'INVALID_CREDENTIALS',
      ])
      expect(hashed()).toBe(2)
    }
  })
})
