import { sha256 } from '@noble/hashes/sha2.js'
import { type CborValue, encodeCanonical } from './cbor/canonical.ts'

/** The name of the protocol and its version: part of everything that is hashed, signed or derived. */
export const protocolName = 'sotto/1'

export const H = (bytes: Uint8Array): Uint8Array => sha256(bytes)

/** What is hashed or signed for `label`: one label serves one purpose only, so no value passes for another. */
export const labelled = (label: string, value: CborValue): Uint8Array =>
  encodeCanonical([protocolName, label, value])

/** `hash(label, x) = H(cbor([P, label, x]))` */
export const labelledHash = (label: string, value: CborValue): Uint8Array => H(labelled(label, value))
