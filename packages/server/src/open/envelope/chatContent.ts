import { refuse } from '../failure.ts'
import { fromBase64, fromBase64url } from '../form/base64.ts'
import { isJsonObject, type JsonObject, parseStrictJson } from '../form/strictJson.ts'
import { checkTaggedFields, isPlaintext } from './envelope.ts'
import {
  contentAlgorithmOf,
  isDirect,
  protectedHeader,
  refuseSignatureName,
  type SignatureAlgorithm,
  signatureAlgorithmOf,
} from './header.ts'
import { checkContent } from './sealed.ts'

/** iv and tag of AES-256-GCM, between which there is at least nothing. */
const sealedBytesMin = 28
const rsaSignatureBytesMin = 256
const rsaSignatureBytesMax = 1024
/** `r` and `s` of P-256, or the point and scalar of Ed25519. */
const curveSignatureBytes = 64

/** Either alphabet, each in its one spelling: padded standard base64, or base64url without padding. */
const base64Of = (text: string): Uint8Array =>
  /[-_]/.test(text) || text.length % 4 !== 0 ? fromBase64url(text) : fromBase64(text)

const checkDirect = (jwe: string): void => {
  const parts = jwe.split('.')
  const [header, key, iv, ciphertext, tag] = parts
  const isProtected = protectedHeader(header)
  if (parts.length !== 5 || key !== '' || !isDirect(isProtected)) refuse('PAYLOAD_INVALID')
  checkContent(contentAlgorithmOf(isProtected), { iv, ciphertext, tag })
}

const checkFields = (fields: JsonObject): void => {
  if (Object.keys(fields).some((name) => name !== 'encrypted_data' && name !== 'iv'))
    refuse(isPlaintext(fields) ? 'PLAINTEXT_REFUSED' : 'PAYLOAD_INVALID')
  checkTaggedFields(fields['encrypted_data'], fields['iv'])
}

/**
 * A message under the key of a chat: a compact JWE with `dir`, `{encrypted_data, iv}` in standard base64, or base64 of
 * iv, ciphertext and tag in a row.
 *
 * @throws OpenRefusal `PLAINTEXT_REFUSED`, `UNAUTHENTICATED_ENCRYPTION`, `PAYLOAD_INVALID`
 */
export const checkChatMessage = (message: unknown): void => {
  if (isJsonObject(message)) return checkFields(message)
  if (typeof message !== 'string') return refuse('PAYLOAD_INVALID')
  if (message.startsWith('{')) {
    const parsed = parseStrictJson(message)
    return isJsonObject(parsed) ? checkFields(parsed) : refuse('PAYLOAD_INVALID')
  }
  if (message.includes('.')) return checkDirect(message)
  if (base64Of(message).length < sealedBytesMin) refuse('UNAUTHENTICATED_ENCRYPTION')
}

/** The names by which programs call the three algorithms. */
const algorithmNamed = (type: string): SignatureAlgorithm => {
  switch (type) {
    case 'RSA':
    case 'PS256':
      return 'PS256'
    case 'ECDSA':
    case 'ES256':
      return 'ES256'
    case 'EdDSA':
    case 'Ed25519':
      return 'EdDSA'
    default:
      return refuseSignatureName(type)
  }
}

/**
 * The proof of a sender: a compact JWS, with its payload or detached (RFC 7515 appendix F), or the bare signature in
 * base64. Only its form is judged; whether it is right is for those who have the sender's key.
 *
 * @throws OpenRefusal `ALG_WITHDRAWN`, `PAYLOAD_INVALID`
 */
export const checkSignature = (signature: string, type: string): void => {
  const alg = algorithmNamed(type)
  const parts = signature.split('.')
  const [header = '', payload = '', last = ''] = parts
  const isJws = parts.length === 3
  if (isJws) {
    if (signatureAlgorithmOf(header) !== alg) refuse('PAYLOAD_INVALID')
    fromBase64url(payload)
  } else if (parts.length !== 1) refuse('PAYLOAD_INVALID')
  const { length } = isJws ? fromBase64url(last) : base64Of(signature)
  const isWhole =
    alg === 'PS256'
      ? length >= rsaSignatureBytesMin && length <= rsaSignatureBytesMax
      : length === curveSignatureBytes
  if (!isWhole) refuse('PAYLOAD_INVALID')
}
