import {
  bytesOfUrl,
  type ChatProof,
  isCompactJws,
  limits,
  paddedLength,
  signatureAlgorithmOf,
  type SignatureAlgorithm,
  utf8Bytes,
} from '@sotto/protocol'
import { fail } from './failure.ts'
import { type Identity, type PublicKeys, signatureAlgorithmFor } from './keys.ts'
import type { Cryptography, Jwk } from './ports/cryptography.ts'
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

const jtiCharactersMax = 128

const signerOf = ({ receiving, signing }: Identity): Jwk => signing ?? receiving

type Signing = Pick<Cryptography, 'sign'>

export const sign = (cryptography: Signing, claims: Claims, identity: Identity): Promise<string> =>
  cryptography.sign(utf8Bytes(JSON.stringify(claims)), signerOf(identity))

/** What a member for padding costs that holds nothing: `,"pad":""`. */
const padBytes = 9

/**
 * The same, of one of a few lengths: who stores what is sealed, or sees it pass, learns nothing of the text by letters, nor by
 * the names beside it. The filling is one more claim, which every reader passes over, also one that knows of none.
 */
export const signPadded = (cryptography: Signing, claims: Claims, identity: Identity): Promise<string> => {
  const bytes = utf8Bytes(JSON.stringify(claims)).length + padBytes
  return sign(cryptography, { ...claims, pad: '0'.repeat(paddedLength(bytes) - bytes) }, identity)
}

/** The same with the payload left out (RFC 7515 appendix F), for what both sides have anyway. */
export const signDetached = async (
  cryptography: Signing,
  content: string,
  identity: Identity,
): Promise<string> => {
  const jws = await cryptography.sign(utf8Bytes(content), signerOf(identity))
  const [header = '', , signature = ''] = jws.split('.')
  return `${header}..${signature}`
}

const algorithmOf = (jws: string): SignatureAlgorithm => {
  const [header = '', ...others] = jws.split('.')
  return others.length === 2 ? formed(() => signatureAlgorithmOf(header)) : fail('PROOF_INVALID')
}

const verifyBytes = async (
  cryptography: Pick<Cryptography, 'verify'>,
  jws: string,
  { verifying }: PublicKeys,
): Promise<Uint8Array> => {
  const alg = algorithmOf(jws)
  for (const jwk of verifying.filter((one) => signatureAlgorithmFor(one) === alg))
    try {
      return await cryptography.verify(jws, jwk, alg)
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
  cryptography: Pick<Cryptography, 'verify'>,
  jws: string,
  keys: PublicKeys,
  { iss, aud }: Pick<Claims, 'iss' | 'aud'>,
): Promise<Claims> => {
  const claims = readClaims(await verifyBytes(cryptography, jws, keys))
  // Signed for somebody else and passed on is not signed for us.
  return claims.iss === iss && claims.aud === aud ? claims : fail('PROOF_INVALID')
}

/** That a proof beside a message is by one of these keys. @throws LaneError `PROOF_INVALID` */
export const verifyProof = async (
  { isSigned }: Pick<Cryptography, 'isSigned'>,
  { alg, signed, signature }: ChatProof,
  { verifying }: PublicKeys,
): Promise<void> => {
  for (const jwk of verifying.filter((one) => signatureAlgorithmFor(one) === alg))
    if (await isSigned(signed(), signature, jwk, alg)) return
  fail('PROOF_INVALID')
}
