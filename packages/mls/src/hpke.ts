import { ascii, concat } from './bytes.ts'
import { kemId, labeledExpand, labeledExtract, uint16Bytes } from './hpke-kdf.ts'
import type { Crypto } from './labels.ts'
import type { AeadName, HashName, KeyPair } from './provider.ts'
import type { Suite } from './suite.ts'

/** HPKECiphertext of RFC 9420 §7.6. */
export interface HpkeMessage {
  readonly kemOutput: Uint8Array
  readonly ciphertext: Uint8Array
}

const kdfId: Readonly<Record<HashName, number>> = { 'SHA-256': 1, 'SHA-384': 2, 'SHA-512': 3 }
const aeadId: Readonly<Record<AeadName, number>> = {
  'AES-128-GCM': 1,
  'AES-256-GCM': 2,
  'ChaCha20-Poly1305': 3,
}

const empty = new Uint8Array(0)
const modeBase = Uint8Array.of(0)

/** suite_id of RFC 9180 §5.1. */
const suiteId = (suite: Suite): Uint8Array =>
  concat(
    ascii('HPKE'),
    uint16Bytes(kemId[suite.kem]),
    uint16Bytes(kdfId[suite.kdf]),
    uint16Bytes(aeadId[suite.aead]),
  )

/** What is the same for every message of a suite: suite_id, and `mode || psk_id_hash` of an empty psk_id. */
interface Fixed {
  readonly id: Uint8Array
  readonly contextPrefix: Uint8Array
}

const fixedBySuite = new Map<number, Fixed>()

const fixedOf = ({ provider, suite }: Crypto): Fixed => {
  const known = fixedBySuite.get(suite.id)
  if (known) return known
  const id = suiteId(suite)
  const pskIdHash = labeledExtract(provider, suite.kdf, id, empty, 'psk_id_hash', empty)
  const fixed = { id, contextPrefix: concat(modeBase, pskIdHash) }
  fixedBySuite.set(suite.id, fixed)
  return fixed
}

/** The key schedule of RFC 9180 §5.1 in mode_base, as far as asked for. */
interface Schedule {
  readonly secret: Uint8Array
  readonly context: Uint8Array
  readonly id: Uint8Array
}

const schedule = (crypto: Crypto, sharedSecret: Uint8Array, info: Uint8Array): Schedule => {
  const { provider, suite } = crypto
  const { id, contextPrefix } = fixedOf(crypto)
  const infoHash = labeledExtract(provider, suite.kdf, id, empty, 'info_hash', info)
  const secret = labeledExtract(provider, suite.kdf, id, sharedSecret, 'secret', empty)
  return { secret, context: concat(contextPrefix, infoHash), id }
}

const expand = (
  { provider, suite }: Crypto,
  { secret, context, id }: Schedule,
  label: string,
  length: number,
): Uint8Array => labeledExpand(provider, suite.kdf, id, secret, label, context, length)

/** Secret export of RFC 9180 §5.3. */
const exported = (
  crypto: Crypto,
  keys: Schedule,
  exporterContext: Uint8Array,
  length: number,
): Uint8Array => {
  const { provider, suite } = crypto
  const exporterSecret = expand(crypto, keys, 'exp', suite.hashBytes)
  return labeledExpand(provider, suite.kdf, keys.id, exporterSecret, 'sec', exporterContext, length)
}

/** SealBase of RFC 9180 §6.1. @throws MlsError `invalid_key` */
export const hpkeSeal = async (
  crypto: Crypto,
  publicKey: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Promise<HpkeMessage> => {
  const { provider, suite } = crypto
  const { sharedSecret, encapsulated } = await provider.kemEncapsulate(suite.kem, publicKey)
  const keys = schedule(crypto, sharedSecret, info)
  const key = expand(crypto, keys, 'key', suite.keyBytes)
  const nonce = expand(crypto, keys, 'base_nonce', suite.nonceBytes)
  const ciphertext = await provider.aeadSeal(suite.aead, key, nonce, aad, plaintext)
  return { kemOutput: encapsulated, ciphertext }
}

/** OpenBase of RFC 9180 §6.1. @throws MlsError `decrypt_failed`, `invalid_key` */
export const hpkeOpen = async (
  crypto: Crypto,
  keyPair: KeyPair,
  message: HpkeMessage,
  info: Uint8Array,
  aad: Uint8Array,
): Promise<Uint8Array> => {
  const { provider, suite } = crypto
  const sharedSecret = await provider.kemDecapsulate(suite.kem, keyPair, message.kemOutput)
  const keys = schedule(crypto, sharedSecret, info)
  const key = expand(crypto, keys, 'key', suite.keyBytes)
  const nonce = expand(crypto, keys, 'base_nonce', suite.nonceBytes)
  return provider.aeadOpen(suite.aead, key, nonce, aad, message.ciphertext)
}

/** SendExportBase of RFC 9180 §6.2. @throws MlsError `invalid_key` */
export const hpkeSendExport = async (
  crypto: Crypto,
  publicKey: Uint8Array,
  info: Uint8Array,
  exporterContext: Uint8Array,
  length: number,
): Promise<{ readonly kemOutput: Uint8Array; readonly exported: Uint8Array }> => {
  const { sharedSecret, encapsulated } = await crypto.provider.kemEncapsulate(crypto.suite.kem, publicKey)
  const keys = schedule(crypto, sharedSecret, info)
  return { kemOutput: encapsulated, exported: exported(crypto, keys, exporterContext, length) }
}

/** ReceiveExportBase of RFC 9180 §6.2. @throws MlsError `decrypt_failed`, `invalid_key` */
export const hpkeReceiveExport = async (
  crypto: Crypto,
  keyPair: KeyPair,
  kemOutput: Uint8Array,
  info: Uint8Array,
  exporterContext: Uint8Array,
  length: number,
): Promise<Uint8Array> => {
  const sharedSecret = await crypto.provider.kemDecapsulate(crypto.suite.kem, keyPair, kemOutput)
  return exported(crypto, schedule(crypto, sharedSecret, info), exporterContext, length)
}
