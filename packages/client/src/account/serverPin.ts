import type { Provider } from '@sotto/mls'
import {
  equalBytes,
  operations,
  proofNonceBytes,
  serverProofMessage,
  sessionHash,
  sessionProofMessage,
  SottoError,
} from '@sotto/protocol'
import { naming } from '../ports/obstacleOf.ts'
import type { Store } from '../ports/store.ts'
import type { Transport } from '../ports/transport.ts'
import { type ServerPin, serverPinRow } from './profile.ts'

/** A server as it is asked who it is. */
export interface ServerAddress {
  /** Origin. */
  readonly server: string
  readonly transport: Transport
  readonly provider: Pick<Provider, 'random' | 'verify'>
}

export type ServerContact =
  | {
      readonly kind: 'known'
      readonly pin: ServerPin
      /** What the server's clock is ahead of `steadyMs` of the scheduler. */
      readonly aheadMs: number
    }
  /** Another server, which has proven that it has another log key; or this one, which wants its promises forgotten. */
  | { readonly kind: 'other' }

/** The name in an origin, without port. */
const hostOf = (origin: string): string =>
  /^[a-z]+:\/\/(\[[^\]]*\]|[^:/]*)/i.exec(origin)?.[1]?.toLowerCase() ?? origin

const unknownAsNull = (error: unknown): null => {
  if (error instanceof SottoError && error.code === 'not_found') return null
  throw error
}

/** An answer that is in the form of the server's, and that nobody has signed. */
const unproven = (): SottoError => new SottoError('offline', undefined, naming('not_sotto'))

/** Which of `keys` answers a fresh question with its signature (SRV-2); null where the server is too old to be asked. */
const proofBy = async (
  { server, transport, provider }: ServerAddress,
  keys: readonly Uint8Array[],
): Promise<Uint8Array | null> => {
  const nonce = provider.random(proofNonceBytes)
  const host = hostOf(server)
  const proof = await transport.call(operations.proveServer, { nonce, host }, null).catch(unknownAsNull)
  if (!proof) return null
  for (const key of keys)
    if (await provider.verify('Ed25519', key, serverProofMessage(nonce, host), proof.signature)) return key
  throw unproven()
}

/**
 * Asks the server who it is, and pins its log key at first contact. Another key than the pinned one means another
 * server, or one that wants its promises forgotten, and nothing is sent to it; but only where it proves that key with a
 * signature: anything may stand between and answer anything (SRV-3).
 *
 * @throws SottoError `offline` where what answers proves nothing; what the transport throws
 */
export const meetServer = async (
  address: ServerAddress,
  store: Store,
  steadyMs: number,
): Promise<ServerContact> => {
  const { server, transport } = address
  const { timeMs, logKey } = await transport.call(operations.readServer, {}, null)
  const aheadMs = timeMs - steadyMs
  const known = await serverPinRow.read(store)
  if (known) {
    if (equalBytes(known.logKey, logKey)) return { kind: 'known', pin: known, aheadMs }
    const proven = await proofBy(address, [known.logKey, logKey])
    if (proven === logKey) return { kind: 'other' }
    throw unproven()
  }
  // A server of before this question is believed as it was.
  await proofBy(address, [logKey])
  const pin: ServerPin = { server, logKey }
  await store.commit([serverPinRow.change(pin)])
  return { kind: 'known', pin, aheadMs }
}

/**
 * Whether the server that this device knows says, signed, that the session of a token has ended (SES-12). An older
 * server cannot sign that: there it counts that it is the right one that refuses.
 *
 * @throws what the transport throws
 */
export const hasSessionEnded = async (
  address: ServerAddress,
  logKey: Uint8Array,
  token: string,
): Promise<boolean> => {
  const { transport, provider } = address
  const nonce = provider.random(proofNonceBytes)
  const session = sessionHash(token)
  const answer = await transport.call(operations.proveSession, { nonce, session }, null).catch(unknownAsNull)
  if (!answer) return (await proofBy(address, [logKey])) !== null
  const { hasEnded, signature } = answer
  return (
    hasEnded && provider.verify('Ed25519', logKey, sessionProofMessage(nonce, session, hasEnded), signature)
  )
}
