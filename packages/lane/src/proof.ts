import {
  bytesOfUrl,
  type ChatProof,
  isCompactJws,
  limits,
  paddedLength,
  signatureAlgorithmOf,
  type SignatureAlgorithm,
} from '@sotto/protocol'
import { CompactSign, compactVerify, type JWK } from 'jose'
import { fail } from './failure.ts'
import { type Identity, type PublicKeys, signatureAlgorithmFor, usable } from './keys.ts'
import { formed, isJsonObject, parseStrict, utf8 } from './strict.ts'

/** What a sender signs: who, to whom, when, which, and what. */
export interface Claims {
  readonly iss: string
  /** The recipient's name, `room:ID` or `chat:ID`: a name has no colon. */
  readonly aud: string
  /** Seconds since 1970. */
  readonly iat: number
  /** New for each message. */
  readonly jti: string
  readonly body: unknown
  /** Fills up to one of a few lengths, and says nothing. */
  readonly pad?: string
}

const textEncoder = new TextEncoder()
const jtiCharactersMax = 128

const signerOf = ({ receiving, signing }: Identity): JWK => signing ?? receiving

/** Signs bytes: a compact JWS with PS256, ES256 or EdDSA, whichever the key is for. */
const signBytes = async (bytes: Uint8Array, identity: Identity): Promise<string> => {
  const jwk = signerOf(identity)
  const alg = signatureAlgorithmFor(jwk)
  return new CompactSign(bytes).setProtectedHeader({ alg }).sign(await usable(jwk, alg))
}

export const sign = (claims: Claims, identity: Identity): Promise<string> =>
  signBytes(textEncoder.encode(JSON.stringify(claims)), identity)

/** What a member for padding costs that holds nothing: `,"pad":""`. */
const padBytes = 9

/**
 * The same, of one of a few lengths: who stores what is sealed, or sees it pass, learns nothing of the text by letters, nor by
 * the names beside it. The filling is one more claim, which every reader passes over, also one that knows of none.
 */
export const signPadded = (claims: Claims, identity: Identity): Promise<string> => {
  const bytes = textEncoder.encode(JSON.stringify(claims)).length + padBytes
  return sign({ ...claims, pad: '0'.repeat(paddedLength(bytes) - bytes) }, identity)
}

/** The same with the payload left out (RFC 7515 appendix F), for what both sides have anyway. */
export const signDetached = async (content: string, identity: Identity): Promise<string> => {
  const [header = '', , signature = ''] = (await signBytes(textEncoder.encode(content), identity)).split('.')
  return `${header}..${signature}`
}

const algorithmOf = (jws: string): SignatureAlgorithm => {
  const [header = '', ...others] = jws.split('.')
  return others.length === 2 ? formed(() => signatureAlgorithmOf(header)) : fail('PROOF_INVALID')
}

const verifyBytes = async (jws: string, { verifying }: PublicKeys): Promise<Uint8Array> => {
  const alg = algorithmOf(jws)
  for (const jwk of verifying.filter((one) => signatureAlgorithmFor(one) === alg))
    try {
      return (await compactVerify(jws, await usable(jwk, alg), { algorithms: [alg] })).payload
    } catch {
      // By another key of the set, or by nobody's.
    }
  return fail('PROOF_INVALID')
}

/**
 * When something was signed, in whole seconds. What counts milliseconds is far beyond every time that is meant: told as it
 * is, it would be of another millennium, and everything later of its sender would pass for old.
 *
 * @throws LaneError `TIME_INVALID`
 */
export const signedAtS = (iat: number): number =>
  iat >= 0 && iat < limits.openSignedAtMaxS ? Math.floor(iat) : fail('TIME_INVALID')

const readClaims = (bytes: Uint8Array): Claims => {
  const value = parseStrict(utf8(bytes))
  if (!isJsonObject(value)) return fail('PROOF_INVALID')
  const { iss, aud, iat, jti, body } = value
  const isWhole =
    typeof iss === 'string' &&
    typeof aud === 'string' &&
    typeof iat === 'number' &&
    typeof jti === 'string' &&
    jti !== '' &&
    jti.length <= jtiCharactersMax
  return isWhole ? { iss, aud, iat: signedAtS(iat), jti, body } : fail('PROOF_INVALID')
}

const claimNames: readonly (keyof Claims)[] = ['iss', 'aud', 'iat', 'jti', 'body']

/**
 * Whether a text could only be meant as a proof: a compact JWS over all the claims, by whomever it is. Tokens of other programs,
 * which people send each other, too, are none.
 */
export const isProof = (text: string): boolean => {
  if (!isCompactJws(text)) return false
  const [, payload = ''] = text.split('.')
  try {
    const value = parseStrict(utf8(formed(() => bytesOfUrl(payload))))
    return isJsonObject(value) && claimNames.every((name) => Object.hasOwn(value, name))
  } catch {
    return false
  }
}

/** The text that was signed. @throws LaneError `ENVELOPE_INVALID` where it is something else */
export const textOf = ({ body }: Claims): string =>
  typeof body === 'string' ? body : fail('ENVELOPE_INVALID')

/**
 * The claims of a compact JWS, if it is by one of these keys, from `iss` to `aud`.
 *
 * @throws LaneError `PROOF_INVALID`, `TIME_INVALID`
 */
export const verify = async (
  jws: string,
  keys: PublicKeys,
  { iss, aud }: Pick<Claims, 'iss' | 'aud'>,
): Promise<Claims> => {
  const claims = readClaims(await verifyBytes(jws, keys))
  // Signed for somebody else and passed on is not signed for us.
  return claims.iss === iss && claims.aud === aud ? claims : fail('PROOF_INVALID')
}

const parametersOf = (alg: SignatureAlgorithm) => {
  switch (alg) {
    case 'PS256':
      return { name: 'RSA-PSS', saltLength: 32 }
    case 'ES256':
      return { name: 'ECDSA', hash: 'SHA-256' }
    case 'EdDSA':
      return { name: 'Ed25519' }
  }
}

/** That a proof beside a message is by one of these keys. @throws LaneError `PROOF_INVALID` */
export const verifyProof = async (
  { alg, signed, signature }: ChatProof,
  { verifying }: PublicKeys,
): Promise<void> => {
  for (const jwk of verifying.filter((one) => signatureAlgorithmFor(one) === alg)) {
    const key = await usable(jwk, alg)
    if (await crypto.subtle.verify(parametersOf(alg), key, signature, signed())) return
  }
  fail('PROOF_INVALID')
}
