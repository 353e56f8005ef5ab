import type { Client, ClientEvent, ClientState, ConnectionView } from '@sotto/client'
import { expect, it } from 'vitest'
import { whenConnected } from '../src/client/whenConnected.ts'

const clientWith = (first: ConnectionView) => {
  let connection = first
  const listeners = new Set<(event: ClientEvent) => void>()
  const client: Pick<Client, 'state' | 'subscribe'> = {
    state: (): ClientState => ({ account: { kind: 'none' }, connection, rooms: [] }),
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const becomes = (next: ConnectionView): void => {
    connection = next
    for (const listener of listeners) listener({ kind: 'state', state: client.state() })
  }
  return { client, becomes, listeners }
}

it('whoever is quicker than the line waits for it, and not where none is on its way', async () => {
  const { client, becomes, listeners } = clientWith({ kind: 'connecting' })
  let done = 0
  const work = async (): Promise<number> => (done += 1)
  const waiting = whenConnected(client, work)
  await Promise.resolve()
  expect(done).toBe(0)
  becomes({ kind: 'online', route: 'websocket' })
  expect(await waiting).toBe(1)
  expect(listeners.size).toBe(0)
  becomes({ kind: 'offline', retryAtMs: 0, reason: { code: 'offline' } })
  expect(await whenConnected(client, work)).toBe(2)
})
