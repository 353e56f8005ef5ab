import type { Json } from '../jose/strictJson.ts'
import { bytesOfUrl, refuseForm } from './form.ts'
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

/** That iv, ciphertext and tag of a JWE have the lengths of its algorithm. @throws FormRefusal `PAYLOAD_INVALID` */
export const checkContent = (
  enc: ContentAlgorithm,
  parts: {
    readonly iv: Json | undefined
    readonly ciphertext: Json | undefined
    readonly tag: Json | undefined
  },
): void => {
  const { ivBytes, tagBytes } = lengthsOf[enc]
  const ciphertext = bytesOfUrl(parts.ciphertext)
  if (bytesOfUrl(parts.tag).length !== tagBytes) refuseForm('UNAUTHENTICATED_ENCRYPTION')
  if (bytesOfUrl(parts.iv).length !== ivBytes) refuseForm()
  const isWhole = enc === 'A256GCM' || (ciphertext.length > 0 && ciphertext.length % blockBytes === 0)
  if (!isWhole) refuseForm()
}

export const isRsaCiphertext = ({ length }: Uint8Array): boolean =>
  length >= rsaBytesMin && length <= rsaBytesMax

/** That an encrypted content key has the length that its algorithms give it. @throws FormRefusal `PAYLOAD_INVALID` */
export const checkEncryptedKey = (alg: KeyAlgorithm, enc: ContentAlgorithm, key: Json | undefined): void => {
  const bytes = bytesOfUrl(key)
  switch (alg) {
    case 'RSA-OAEP-256':
      if (!isRsaCiphertext(bytes)) refuseForm()
      return
    case 'ECDH-ES+A256KW':
      if (bytes.length !== lengthsOf[enc].keyBytes + keyWrapBytes) refuseForm()
  }
}
