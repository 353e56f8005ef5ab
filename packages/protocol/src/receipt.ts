import type { TypeOf } from './cbor/shape.ts'
import { struct, uint } from './cbor/shape.ts'
import { labelled } from './hash.ts'
import { accountId, hashValue, signatureValue } from './ids.ts'

/** Where an account's chain ends. */
export const chainEnd = struct({ account: accountId, seq: uint(), head: hashValue })
export type ChainEnd = TypeOf<typeof chainEnd>

/**
 * The server's signature over the end of a chain that it has taken. It speaks to the server alone, which may have lost
 * those links since: whoever hands them back shows by it that they were taken when they said they were.
 */
export const receiptValue = signatureValue

/** What the server's log key signs. */
export const receiptMessage = ({ account, seq, head }: ChainEnd): Uint8Array =>
  labelled('chain-end', [account, seq, head])
