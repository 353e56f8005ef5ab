import type { Provider } from '@sotto/mls'
import {
  bytesOfParts,
  equalBytes,
  faulty,
  fromBase64url,
  hasExactly,
  type HookFault,
  type HookRead,
  isThumbprint,
  type JsonObject,
  limits,
  messageTextProblem,
  objectIn,
  readSealedPost,
  signedPostType,
  toHex,
  understood,
  utf8Text,
} from '@sotto/protocol'
import type { Jose, JoseHeader, Jwk, SealingAlgorithm } from '../ports/jose.ts'
import { keyIdOf, type PublicKey, signatureAlgorithmOf } from './publicKey.ts'

/** What a post says, when everything about it is right. */
export interface Post {
  readonly text: string
  /** Its `jti`: used once. */
  readonly id: string
}

/** Whose it must be, and for whom, and when. */
export interface PostContext {
  readonly hook: Uint8Array
  readonly room: Uint8Array
  readonly signer: PublicKey
  /** The log's time of the entry; null for a reader that has no log. */
  readonly timeMs: number
}

/** A compact JWS taken apart, and nothing of it believed. */
interface SignedPost {
  readonly alg: string
  readonly kid: string
  readonly payload: Uint8Array
  readonly signature: Uint8Array
  readonly signingInput: Uint8Array
}

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

/** The form of what stands inside of a post. */
export const readSignedPost = (jws: Uint8Array): HookRead<SignedPost> => {
  if (jws.some((byte) => byte >= 0x80)) return faulty('inner_form')
  const parts = utf8Text(jws).split('.')
  if (parts.length !== 3) return faulty('inner_form')
  const bytes = bytesOfParts(parts)
  if (!bytes) return faulty('inner_base64')
  const [protectedBytes, payload, signature] = bytes as [Uint8Array, Uint8Array, Uint8Array]
  const header = objectIn(protectedBytes)
  if (!header) return faulty('inner_json')
  const { alg, kid, typ } = header
  if (alg !== 'ES256' && alg !== 'PS256' && alg !== 'EdDSA') return faulty('inner_algorithm')
  if (!hasExactly(header, ['alg', 'kid', 'typ']) || typ !== signedPostType || !isThumbprint(kid))
    return faulty('inner_header')
  return understood({ alg, kid, payload, signature, signingInput: ascii(parts.slice(0, 2).join('.')) })
}

interface Claims {
  readonly iss: string
  readonly aud: string
  readonly iat: number
  readonly exp: number
  readonly jti: string
  readonly body: string
}

const idCharactersMax = 128
const latestS = 8_640_000_000_000

const isMoment = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= latestS

/** Exactly the claims of a post, each of its kind and within its bounds. */
export const claimsOf = (payload: Uint8Array): Claims | undefined => {
  const claims = objectIn(payload)
  if (!claims || !hasExactly(claims, ['iss', 'aud', 'iat', 'exp', 'jti', 'body'])) return undefined
  const { iss, aud, iat, exp, jti, body } = claims
  return typeof iss === 'string' &&
    typeof aud === 'string' &&
    isMoment(iat) &&
    isMoment(exp) &&
    isId(jti) &&
    typeof body === 'string' &&
    body.isWellFormed()
    ? { iss, aud, iat, exp, jti, body }
    : undefined
}

const isId = (jti: JsonObject[string] | undefined): jti is string =>
  typeof jti === 'string' && jti.length > 0 && jti.length <= idCharactersMax && jti.isWellFormed()

/** What a server has let through by its length, which is all that it sees, is shown, though it be a little longer. */
const textFault = ({ body }: Claims, signedBytes: number): HookFault | undefined => {
  const problem = messageTextProblem(body)
  if (problem === 'empty') return 'empty'
  return problem === 'long' && signedBytes > limits.hookSignedBytesMax ? 'text_too_long' : undefined
}

const verified = (
  jose: Jose,
  provider: Pick<Provider, 'verify'>,
  { jwk, kind }: PublicKey,
  jws: string,
  { signingInput, signature }: SignedPost,
): Promise<boolean> | boolean => {
  switch (kind) {
    case 'P-256':
      return jose.verify('ES256', jwk, jws)
    case 'RSA':
      return jose.verify('PS256', jwk, jws)
    case 'Ed25519':
      return provider.verify('Ed25519', fromBase64url(String(jwk['x'])), signingInput, signature)
  }
}

const timeFault = ({ iat, exp }: Claims, timeMs: number): HookFault | undefined => {
  if (Math.abs(iat * 1000 - timeMs) > limits.hookTimeSkewMs) return 'stale'
  return exp * 1000 <= timeMs || exp <= iat ? 'expired' : undefined
}

/**
 * Opens a post with the key that it names, and judges what is inside (HOOK-9). Whether its id was used before is
 * for who knows the others.
 */
export const openPost = async (
  { jose, provider }: { readonly jose: Jose; readonly provider: Pick<Provider, 'verify'> },
  { hook, room, signer, timeMs }: PostContext,
  jwe: string,
  key: { readonly alg: SealingAlgorithm; readonly privateKey: Jwk },
): Promise<HookRead<Post>> => {
  const form = readSealedPost(jwe)
  if (form.kind === 'refused') return form
  if (form.value.alg !== key.alg) return faulty('algorithm')
  const jws = await jose.open(key.alg, key.privateKey, jwe)
  if (!jws) return faulty('sealed')
  const signed = readSignedPost(jws)
  if (signed.kind === 'refused') return signed
  // The algorithm is the key's own: what a header says is compared, never followed.
  if (signed.value.alg !== signatureAlgorithmOf(signer)) return faulty('inner_algorithm')
  if (signed.value.kid !== keyIdOf(signer)) return faulty('sender')
  if (!(await verified(jose, provider, signer, utf8Text(jws), signed.value))) return faulty('signature')
  const claims = claimsOf(signed.value.payload)
  if (!claims) return faulty('claims')
  if (claims.iss !== toHex(hook)) return faulty('issuer')
  if (claims.aud !== toHex(room)) return faulty('audience')
  const fault = timeFault(claims, timeMs) ?? textFault(claims, jws.length)
  return fault ? faulty(fault) : understood({ text: claims.body, id: claims.jti })
}

export const sealedHeader = (key: PublicKey, alg: SealingAlgorithm): JoseHeader => ({
  alg,
  enc: 'A256GCM',
  kid: keyIdOf(key),
  typ: 'hook+jwe',
  cty: signedPostType,
})

/** Whether a private key opens what is sealed to the public one. */
export const isPair = async (
  { jose, provider }: { readonly jose: Jose; readonly provider: Pick<Provider, 'random'> },
  publicKey: PublicKey,
  alg: SealingAlgorithm,
  privateKey: Jwk,
): Promise<boolean> => {
  const probe = provider.random(16)
  const jwe = await jose.seal(publicKey.jwk, sealedHeader(publicKey, alg), probe)
  const opened = await jose.open(alg, privateKey, jwe)
  return opened !== undefined && equalBytes(opened, probe)
}
