import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import {
  type Acknowledgement,
  acknowledgementMessage,
  type ChainEnd,
  receiptMessage,
  serverProofMessage,
  sessionProofMessage,
} from '@sotto/protocol'
import type { Head } from './store.ts'

/** SLK: the server's word that a room's log holds an entry at its place, and that it has taken a chain to its end. */
export interface LogKey {
  readonly publicKey: Uint8Array
  acknowledge(room: Uint8Array, entry: Head): Acknowledgement
  /** Whether this key has signed it. */
  hasSigned(ack: Acknowledgement): boolean
  receipt(end: ChainEnd): Uint8Array
  hasReceipted(end: ChainEnd, receipt: Uint8Array): boolean
  /** The signature that says that the server goes by a name; the caller has made sure that it does. */
  proveName(nonce: Uint8Array, host: string): Uint8Array
  /** The signature that says whether a session has ended. */
  proveSession(nonce: Uint8Array, session: Uint8Array, hasEnded: boolean): Uint8Array
}

/** PKCS #8 of an Ed25519 key up to the seed (RFC 8410 §7). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicKeyBytes = 32

export const makeLogKey = (seed: Uint8Array): LogKey => {
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' })
  const verifyingKey = createPublicKey(key)
  const spki = verifyingKey.export({ format: 'der', type: 'spki' })
  return {
    publicKey: new Uint8Array(spki.subarray(-publicKeyBytes)),
    acknowledge: (room, { seq, hash, timeMs }) => {
      const promise = { room, seq, hash, timeMs }
      return { ...promise, signature: new Uint8Array(sign(null, acknowledgementMessage(promise), key)) }
    },
    hasSigned: (ack) => verify(null, acknowledgementMessage(ack), verifyingKey, ack.signature),
    receipt: (end) => new Uint8Array(sign(null, receiptMessage(end), key)),
    proveName: (nonce, host) => new Uint8Array(sign(null, serverProofMessage(nonce, host), key)),
    proveSession: (nonce, session, hasEnded) =>
      new Uint8Array(sign(null, sessionProofMessage(nonce, session, hasEnded), key)),
    hasReceipted: (end, receipt) => verify(null, receiptMessage(end), verifyingKey, receipt),
  }
}
