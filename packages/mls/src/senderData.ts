import { decode, encode, type Reader, type Writer } from './codec.ts'
import { type ContentType, encodeContentType } from './framedContent.ts'
import { type Crypto, expandWithLabel } from './labels.ts'
import type { LeafIndex } from './treeMath.ts'

/** From whom a private message is and with which key it opens (RFC 9420 §6.3.2). */
export interface SenderData {
  readonly leafIndex: LeafIndex
  readonly generation: number
  /** Four bytes that change the nonce. */
  readonly reuseGuard: Uint8Array
}

interface Header {
  readonly groupId: Uint8Array
  readonly epoch: bigint
  readonly contentType: ContentType
}

const encodeSenderData = (writer: Writer, { leafIndex, generation, reuseGuard }: SenderData): void => {
  writer.uint32(leafIndex)
  writer.uint32(generation)
  writer.fixed(reuseGuard)
}

const decodeSenderData = (reader: Reader): SenderData => ({
  leafIndex: reader.uint32(),
  generation: reader.uint32(),
  reuseGuard: reader.fixed(4),
})

/** `SenderDataAAD` */
const encodeHeader = (writer: Writer, header: Header): void => {
  writer.opaque(header.groupId)
  writer.uint64(header.epoch)
  encodeContentType(writer, header.contentType)
}

/** Key and nonce depend on the ciphertext, so that they differ for every message. */
export const senderDataKey = (
  crypto: Crypto,
  senderDataSecret: Uint8Array,
  ciphertext: Uint8Array,
): { readonly key: Uint8Array; readonly nonce: Uint8Array } => {
  const { suite } = crypto
  const sample = ciphertext.subarray(0, suite.hashBytes)
  return {
    key: expandWithLabel(crypto, senderDataSecret, 'key', sample, suite.keyBytes),
    nonce: expandWithLabel(crypto, senderDataSecret, 'nonce', sample, suite.nonceBytes),
  }
}

export const sealSenderData = async (
  crypto: Crypto,
  senderDataSecret: Uint8Array,
  header: Header,
  ciphertext: Uint8Array,
  senderData: SenderData,
): Promise<Uint8Array> => {
  const { key, nonce } = senderDataKey(crypto, senderDataSecret, ciphertext)
  const aad = encode(encodeHeader, header)
  return crypto.provider.aeadSeal(crypto.suite.aead, key, nonce, aad, encode(encodeSenderData, senderData))
}

/** @throws MlsError `decrypt_failed`, `malformed` */
export const openSenderData = async (
  crypto: Crypto,
  senderDataSecret: Uint8Array,
  header: Header,
  ciphertext: Uint8Array,
  encrypted: Uint8Array,
): Promise<SenderData> => {
  const { key, nonce } = senderDataKey(crypto, senderDataSecret, ciphertext)
  const aad = encode(encodeHeader, header)
  return decode(
    decodeSenderData,
    await crypto.provider.aeadOpen(crypto.suite.aead, key, nonce, aad, encrypted),
  )
}
