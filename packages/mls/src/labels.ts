import { ascii } from './bytes.ts'
import { encode, type Writer } from './codec.ts'
import { hpkeOpen, hpkeSeal, type HpkeMessage } from './hpke.ts'
import type { Awaitable, Provider } from './provider.ts'
import type { Suite } from './suite.ts'

/** What every cryptographic operation of the engine is given: the primitives and which of them to use. */
export interface Crypto {
  readonly provider: Provider
  readonly suite: Suite
}

const empty = new Uint8Array(0)

const labelCache = new Map<string, Uint8Array>()
const labelCacheMax = 256

/** The bytes of "MLS 1.0 " + label. Labels are few and constant, but for those of an exporter. */
const mlsLabel = (label: string): Uint8Array => {
  const cached = labelCache.get(label)
  if (cached) return cached
  const bytes = ascii(`MLS 1.0 ${label}`)
  if (labelCache.size < labelCacheMax) labelCache.set(label, bytes)
  return bytes
}

interface Labelled {
  readonly label: Uint8Array
  readonly content: Uint8Array
}

const encodeLabelled = (writer: Writer, { label, content }: Labelled): void => {
  writer.opaque(label)
  writer.opaque(content)
}

/** SignContent of §5.1.2 and EncryptContext of §5.1.3 have the same form. */
const labelled = (label: string, content: Uint8Array): Uint8Array =>
  encode(encodeLabelled, { label: mlsLabel(label), content })

/** ExpandWithLabel of RFC 9420 §8. */
export const expandWithLabel = (
  { provider, suite }: Crypto,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array => {
  const info = encode((writer) => {
    writer.uint16(length)
    encodeLabelled(writer, { label: mlsLabel(label), content: context })
  }, undefined)
  return provider.hkdfExpand(suite.kdf, secret, info, length)
}

/** DeriveSecret of RFC 9420 §8: KDF.Nh bytes, without context. */
export const deriveSecret = (crypto: Crypto, secret: Uint8Array, label: string): Uint8Array =>
  expandWithLabel(crypto, secret, label, empty, crypto.suite.hashBytes)

/** DeriveTreeSecret of RFC 9420 §9.1: the context is the generation. */
export const deriveTreeSecret = (
  crypto: Crypto,
  secret: Uint8Array,
  label: string,
  generation: number,
  length: number,
): Uint8Array => {
  const context = encode((writer) => writer.uint32(generation), undefined)
  return expandWithLabel(crypto, secret, label, context, length)
}

/** SignWithLabel of RFC 9420 §5.1.2. @throws MlsError `invalid_key` */
export const signWithLabel = (
  { provider, suite }: Crypto,
  privateKey: Uint8Array,
  label: string,
  content: Uint8Array,
): Awaitable<Uint8Array> => provider.sign(suite.signature, privateKey, labelled(label, content))

/** VerifyWithLabel of RFC 9420 §5.1.2; never throws for what an adversary may send. */
export const verifyWithLabel = (
  { provider, suite }: Crypto,
  publicKey: Uint8Array,
  label: string,
  content: Uint8Array,
  signature: Uint8Array,
): Awaitable<boolean> => provider.verify(suite.signature, publicKey, labelled(label, content), signature)

/** EncryptWithLabel of RFC 9420 §5.1.3. @throws MlsError `invalid_key` */
export const encryptWithLabel = (
  crypto: Crypto,
  publicKey: Uint8Array,
  label: string,
  context: Uint8Array,
  plaintext: Uint8Array,
): Promise<HpkeMessage> => hpkeSeal(crypto, publicKey, labelled(label, context), empty, plaintext)

/** DecryptWithLabel of RFC 9420 §5.1.3. @throws MlsError `decrypt_failed`, `invalid_key` */
export const decryptWithLabel = (
  crypto: Crypto,
  keyPair: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array },
  label: string,
  context: Uint8Array,
  message: HpkeMessage,
): Promise<Uint8Array> => hpkeOpen(crypto, keyPair, message, labelled(label, context), empty)

/** RefHash of RFC 9420 §5.2; the label is given in full, e.g. "MLS 1.0 KeyPackage Reference". */
export const refHash = ({ provider, suite }: Crypto, label: string, value: Uint8Array): Uint8Array =>
  provider.hash(suite.hash, encode(encodeLabelled, { label: ascii(label), content: value }))
