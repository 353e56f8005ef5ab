import { equalBytes, operations, SottoError } from '@sotto/protocol'
import type { Store } from '../ports/store.ts'
import type { Transport } from '../ports/transport.ts'
import { type ServerPin, serverPinRow } from './profile.ts'

export interface ServerContact {
  readonly pin: ServerPin
  /** What the server's clock is ahead of `steadyMs` of the scheduler. */
  readonly aheadMs: number
}

/**
 * Asks the server who it is, and pins its log key at first contact. Another key than the pinned one means another
 * server, or one that wants its promises forgotten: nothing is sent to it.
 *
 * @throws SottoError `integrity` {rule: 'log_key'} when the key has changed; what the transport throws
 */
export const meetServer = async (
  store: Store,
  transport: Transport,
  server: string,
  steadyMs: number,
): Promise<ServerContact> => {
  const answer = await transport.call(operations.readServer, {}, null)
  const aheadMs = answer.timeMs - steadyMs
  const known = await serverPinRow.read(store)
  if (known && !equalBytes(known.logKey, answer.logKey))
    throw new SottoError('integrity', 'this is not the server that this device knows', { rule: 'log_key' })
  if (known) return { pin: known, aheadMs }
  const pin: ServerPin = { server, logKey: answer.logKey }
  await store.commit([serverPinRow.change(pin)])
  return { pin, aheadMs }
}
