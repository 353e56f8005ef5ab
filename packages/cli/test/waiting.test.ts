import { type Client, type ClientState, type ConnectionView, type FailureCode, failures } from '@sotto/client'
import { expect, it } from 'vitest'
import { serverRefused, settled } from '../src/waiting.ts'

const other = 'this is not the server that this device knows'

it.each<readonly [FailureCode, string]>([
  ['integrity', other],
  ['identity_changed', other],
  ['fenced', failures.fenced.text],
  ['storage_full', failures.storage_full.text],
  ['profile_in_use', failures.profile_in_use.text],
])('a client that has stopped for %s says so', (code, words) => {
  const refused = serverRefused({
    account: { kind: 'none' },
    connection: { kind: 'refused', code },
    rooms: [],
  })
  expect([refused.code, refused.message]).toEqual([code, words])
})

/** A client whose line goes through these states, one after the other. */
const clientOf = (views: readonly ConnectionView[]): Client => {
  const account = { kind: 'signed_in', server: '', name: '', account: '', device: '', isBot: false } as const
  const states = views.map((connection): ClientState => ({ account, connection, rooms: [] }))
  let at = 0
  const state = (): ClientState => states[Math.min(at, states.length - 1)] as ClientState
  const subscribe: Client['subscribe'] = (listener) => {
    const next = (): void => {
      at += 1
      listener({ kind: 'state', state: state() })
      if (at < states.length - 1) queueMicrotask(next)
    }
    queueMicrotask(next)
    return () => {}
  }
  return { state, subscribe } as Client
}

it('a command does not give up at a line that has closed without a reason, only where one is known', async () => {
  const closed: ConnectionView = { kind: 'offline', retryAtMs: 1 }
  const refused: ConnectionView = {
    kind: 'offline',
    retryAtMs: 1,
    reason: { code: 'offline', obstacle: 'refused' },
  }
  const connecting: ConnectionView = { kind: 'connecting' }
  const online: ConnectionView = { kind: 'online', route: 'poll' }
  expect(await settled(clientOf([closed, connecting, closed, connecting, online]))).toBe('caught_up')
  expect(await settled(clientOf([closed, connecting, refused, connecting, online]))).toBe('offline')
})
