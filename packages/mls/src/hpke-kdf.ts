import { ascii, concat } from './bytes.ts'
import type { HashName, KemName, Provider } from './provider.ts'

/** KEM identifiers of RFC 9180 §7.1, and of draft-ietf-hpke-pq for the hybrid. */
export const kemId: Readonly<Record<KemName, number>> = {
  'P-256': 0x0010,
  'P-384': 0x0011,
  'P-521': 0x0012,
  X25519: 0x0020,
  X448: 0x0021,
  'MLKEM768-X25519': 0x647a,
}

const version = ascii('HPKE-v1')

export const uint16Bytes = (value: number): Uint8Array => Uint8Array.of(value >>> 8, value & 0xff)

type Hkdf = Pick<Provider, 'hkdfExtract' | 'hkdfExpand'>

/** LabeledExtract of RFC 9180 §4. */
export const labeledExtract = (
  hkdf: Hkdf,
  hash: HashName,
  suiteId: Uint8Array,
  salt: Uint8Array,
  label: string,
  ikm: Uint8Array,
): Uint8Array => hkdf.hkdfExtract(hash, salt, concat(version, suiteId, ascii(label), ikm))

/** LabeledExpand of RFC 9180 §4. */
export const labeledExpand = (
  hkdf: Hkdf,
  hash: HashName,
  suiteId: Uint8Array,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array =>
  hkdf.hkdfExpand(hash, prk, concat(uint16Bytes(length), version, suiteId, ascii(label), info), length)

/** LabeledDerive of draft-ietf-hpke-hpke for a one-stage KDF: what the KDF is to be given. */
export const labeledDeriveInput = (
  suiteId: Uint8Array,
  ikm: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array => {
  const name = ascii(label)
  return concat(ikm, version, suiteId, uint16Bytes(name.length), name, uint16Bytes(length), context)
}
