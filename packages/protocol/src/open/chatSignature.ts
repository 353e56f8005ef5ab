import { utf8Bytes } from '../jose/strictJson.ts'
import { toBase64url } from '../jose/base64url.ts'
import { bytesOfEither, bytesOfUrl, refuseForm } from './form.ts'
import { refuseAlgorithm, type SignatureAlgorithm, signatureAlgorithmOf } from './header.ts'

const rsaSignatureBytesMin = 256
const rsaSignatureBytesMax = 1024
/** `r` and `s` of P-256, or the point and scalar of Ed25519. */
const curveSignatureBytes = 64

/** The names of `signature_type`, by which programs call the three algorithms. */
export const signatureTypes: Readonly<Record<string, SignatureAlgorithm>> = {
  RSA: 'PS256',
  PS256: 'PS256',
  ECDSA: 'ES256',
  ES256: 'ES256',
  EdDSA: 'EdDSA',
  Ed25519: 'EdDSA',
}

/** What `signature` is over: everything about a message in a chat that the server could change. */
export interface ChatStatement {
  readonly chat: string
  readonly sender: string
  readonly timestamp: string
  /** `encrypted_message` as it is sent: a text, or an object with its members in that order. */
  readonly message: unknown
}

/** The JSON array that is signed. */
export const signedContent = ({ chat, sender, timestamp, message }: ChatStatement): string =>
  JSON.stringify([chat, sender, timestamp, message])

/** A proof whose form is right: the bytes that are signed, and the signature. */
export interface ChatProof {
  readonly alg: SignatureAlgorithm
  /** Only asked for by who verifies: the server does not. */
  signed(): Uint8Array<ArrayBuffer>
  readonly signature: Uint8Array<ArrayBuffer>
}

/** One way to write `signature`. */
interface SignatureForm {
  readonly name: string
  readonly says: string
  isMeant(parts: readonly string[]): boolean
  /** @throws FormRefusal where the payload is another one */
  check(parts: readonly string[], content: string): void
  /** What the signature of the JWS, or the bare one, is over. */
  signedOf(parts: readonly string[], content: string): string
}

/** The forms of `signature`: all that the server acknowledges, and all that the reader checks. */
export const signatureForms: readonly SignatureForm[] = [
  {
    name: 'detached',
    says: 'compact JWS whose payload is left out (RFC 7515 appendix F)',
    isMeant: (parts) => parts.length === 3 && parts[1] === '',
    check: () => {},
    signedOf: ([header = ''], content) => `${header}.${toBase64url(utf8Bytes(content))}`,
  },
  {
    name: 'whole',
    says: 'compact JWS whose payload is exactly that text',
    isMeant: (parts) => parts.length === 3 && parts[1] !== '',
    check: ([, payload], content) => {
      if (payload !== toBase64url(utf8Bytes(content))) refuseForm()
    },
    signedOf: ([header = '', payload = '']) => `${header}.${payload}`,
  },
  {
    name: 'bare',
    says: 'base64 or base64url of the signature of that text in UTF-8: RSASSA-PSS with SHA-256 and a salt of 32 bytes, ECDSA with SHA-256 as `r` and `s` of 32 bytes each, or Ed25519',
    isMeant: (parts) => parts.length === 1,
    check: () => {},
    signedOf: (_parts, content) => content,
  },
]

const algorithmNamed = (type: string): SignatureAlgorithm =>
  Object.hasOwn(signatureTypes, type) ? (signatureTypes[type] as SignatureAlgorithm) : refuseAlgorithm(type)

const isLength = (alg: SignatureAlgorithm, length: number): boolean =>
  alg === 'PS256'
    ? length >= rsaSignatureBytesMin && length <= rsaSignatureBytesMax
    : length === curveSignatureBytes

/**
 * The proof beside a message of a chat. Only its form is judged, and that it is over this message; whether it is right
 * is for those who have the sender's key.
 *
 * @throws FormRefusal `ALG_WITHDRAWN`, `PAYLOAD_INVALID`
 */
export const readChatProof = (signature: string, type: string, statement: ChatStatement): ChatProof => {
  const alg = algorithmNamed(type)
  const parts = signature.split('.')
  const form = signatureForms.find((one) => one.isMeant(parts)) ?? refuseForm()
  const [header = '', , last = ''] = parts
  const isBare = parts.length === 1
  if (!isBare && signatureAlgorithmOf(header) !== alg) refuseForm()
  const bytes = isBare ? bytesOfEither(signature) : bytesOfUrl(last)
  if (!isLength(alg, bytes.length)) refuseForm()
  const content = signedContent(statement)
  form.check(parts, content)
  return { alg, signed: () => utf8Bytes(form.signedOf(parts, content)), signature: bytes }
}
