import { operations } from '@sotto/protocol'
import type { LiveConnection, LiveEvent, Transport } from '../../src/ports/transport.ts'
import { assertEqual, assertFailure, type ContractCase } from './contract.ts'

/** A server that runs, one account on it, and an address where nobody answers. */
export interface TransportPlace {
  readonly transport: Transport
  readonly unreachable: Transport
  /** A session of a device on the running server. */
  readonly token: string
  /** The account of that session, 32 bytes. */
  readonly account: Uint8Array
}

/** Opens a connection and collects its events until `last` says that it has seen enough. */
const eventsUntil = async (
  transport: Transport,
  token: string,
  last: (event: LiveEvent, connection: LiveConnection) => boolean,
): Promise<readonly LiveEvent[]> => {
  const events: LiveEvent[] = []
  let done: () => void
  const finished = new Promise<void>((resolve) => (done = resolve))
  const connection: LiveConnection = transport.live(token, (event) => {
    events.push(event)
    if (last(event, connection)) done()
  })
  await finished
  connection.close()
  return events
}

export const transportContract: readonly ContractCase<TransportPlace>[] = [
  {
    title: 'an operation is asked and answered',
    run: async ({ transport, token, account }) => {
      const server = await transport.call(operations.readServer, {}, null)
      assertEqual(server.logKey.length, 32, 'log key')
      const session = await transport.call(operations.readSession, {}, token)
      assertEqual(session.account, account, 'account of the session')
    },
  },
  {
    title: 'a refusal keeps its code',
    run: async ({ transport, token }) => {
      await assertFailure(transport.call(operations.readSession, {}, null), 'unauthorized', 'no token')
      await assertFailure(
        transport.call(operations.lookUpAccount, { name: 'nobody.here' }, token),
        'name_unknown',
        'unknown name',
      )
    },
  },
  {
    title: 'nobody answers: offline',
    run: ({ unreachable }) =>
      assertFailure(unreachable.call(operations.readServer, {}, null), 'offline', 'call'),
  },
  {
    title: 'a live connection opens, says ready and answers a ping',
    run: async ({ transport, token, account }) => {
      const events = await eventsUntil(transport, token, (event, connection) => {
        if (event.kind === 'frame' && event.frame.kind === 'ready')
          connection.send({ kind: 'ping', nonce: 7 })
        return event.kind === 'frame' && event.frame.kind === 'pong'
      })
      assertEqual(events[0]?.kind, 'opened', 'first event')
      const ready = events.flatMap((event) =>
        event.kind === 'frame' && event.frame.kind === 'ready' ? [event.frame] : [],
      )
      assertEqual(ready[0]?.account, account, 'account')
      const pong = events.flatMap((event) =>
        event.kind === 'frame' && event.frame.kind === 'pong' ? [event.frame.nonce] : [],
      )
      assertEqual(pong, [7], 'pong')
    },
  },
  {
    title: 'a connection that cannot be had is closed, not thrown',
    run: async ({ transport, unreachable, token }) => {
      const isClosed = (event: LiveEvent) => event.kind === 'closed'
      assertEqual((await eventsUntil(unreachable, token, isClosed)).at(-1)?.kind, 'closed', 'unreachable')
      assertEqual(
        (await eventsUntil(transport, 'not-a-token', isClosed)).at(-1)?.kind,
        'closed',
        'no session',
      )
    },
  },
]
