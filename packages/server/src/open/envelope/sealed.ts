import { refuse } from '../failure.ts'
import { fromBase64url } from '../form/base64.ts'
import type { Json } from '../form/strictJson.ts'
import type { ContentAlgorithm, KeyAlgorithm } from './header.ts'

/** The lengths of a content encryption (RFC 7518 §5.2.5 and §5.3). */
interface Lengths {
  readonly ivBytes: number
  readonly tagBytes: number
  readonly keyBytes: number
}

const lengthsOf: Readonly<Record<ContentAlgorithm, Lengths>> = {
  A256GCM: { ivBytes: 12, tagBytes: 16, keyBytes: 32 },
  'A256CBC-HS512': { ivBytes: 16, tagBytes: 32, keyBytes: 64 },
}

const blockBytes = 16
const keyWrapBytes = 8
const rsaBytesMin = 256
const rsaBytesMax = 1024

const bytesOf = (value: Json | undefined): Uint8Array =>
  typeof value === 'string' ? fromBase64url(value) : refuse('PAYLOAD_INVALID')

/** That iv, ciphertext and tag of a JWE have the lengths of its algorithm. @throws OpenRefusal `PAYLOAD_INVALID` */
export const checkContent = (
  enc: ContentAlgorithm,
  parts: {
    readonly iv: Json | undefined
    readonly ciphertext: Json | undefined
    readonly tag: Json | undefined
  },
): void => {
  const { ivBytes, tagBytes } = lengthsOf[enc]
  const ciphertext = bytesOf(parts.ciphertext)
  if (bytesOf(parts.tag).length !== tagBytes) refuse('UNAUTHENTICATED_ENCRYPTION')
  if (bytesOf(parts.iv).length !== ivBytes) refuse('PAYLOAD_INVALID')
  const isWhole = enc === 'A256GCM' || (ciphertext.length > 0 && ciphertext.length % blockBytes === 0)
  if (!isWhole) refuse('PAYLOAD_INVALID')
}

export const isRsaCiphertext = ({ length }: Uint8Array): boolean =>
  length >= rsaBytesMin && length <= rsaBytesMax

/** That an encrypted content key has the length that its algorithms give it. @throws OpenRefusal `PAYLOAD_INVALID` */
export const checkEncryptedKey = (alg: KeyAlgorithm, enc: ContentAlgorithm, key: Json | undefined): void => {
  const bytes = bytesOf(key)
  switch (alg) {
    case 'RSA-OAEP-256':
      if (!isRsaCiphertext(bytes)) refuse('PAYLOAD_INVALID')
      return
    case 'ECDH-ES+A256KW':
      if (bytes.length !== lengthsOf[enc].keyBytes + keyWrapBytes) refuse('PAYLOAD_INVALID')
  }
}
