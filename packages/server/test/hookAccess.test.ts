import { createHash } from 'node:crypto'
import { limits } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { makeHookAccess } from '../src/delivery/hookAccess.ts'
import type { StoredHook } from '../src/delivery/store.ts'
import { makeEventLog } from '../src/logging/eventLog.ts'
import { testClock } from './client/clock.ts'
import { random } from './client/device.ts'
import { codeOf } from './client/together.ts'

const token = 'the token of the script'
const stored: StoredHook = {
  hook: random(16),
  room: random(16),
  account: random(32),
  tokenHash: new Uint8Array(createHash('sha256').update(token).digest()),
  generation: 1,
  keyIds: [],
  statement: '',
}

describe('the token of a hook', () => {
  it('opens while others guess, from the same address, too; who guesses is slowed down', async () => {
    const access = makeHookAccess({
      store: { hook: async (hook) => (hook === stored.hook ? stored : undefined) },
      refuseSuspended: async () => {},
      clock: testClock(),
      limits,
      log: makeEventLog({ level: 'silent', destination: { write: () => undefined }, idKey: random(32) }),
    })
    const guess = (address: string, hook = stored.hook) => codeOf(access(hook, 'a guess', address))
    const codes = []
    for (let i = 0; i <= limits.hookGuessesPerMinute; i++) codes.push(await guess('192.0.2.7'))
    expect(codes.slice(-2)).toEqual(['unauthorized', 'rate'])
    expect(await access(stored.hook, token, '192.0.2.7')).toBe(stored)
    // Guesses of one address and at one hook are nobody else's.
    expect(await guess('192.0.2.8')).toBe('unauthorized')
    expect(await guess('192.0.2.7', random(16))).toBe('unauthorized')
  })
})
