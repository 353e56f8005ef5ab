import { isJsonObject, type Json, type JsonObject, utf8Text } from '../jose/strictJson.ts'
import { bytesOfUrl, canonicalJsonOf, FormRefusal, refuseForm } from './form.ts'
import { isOnP256 } from './p256.ts'

/**
 * What may stand in a JOSE header here. A list of what is allowed: `crit`, `zip`, `jku`, `x5u`, `x5c`, `jwk`, `b64`,
 * `p2c` and whatever comes next are refused without being named.
 */
const keyNames: ReadonlySet<string> = new Set(['alg', 'kid', 'epk', 'apu', 'apv'])
const contentNames: ReadonlySet<string> = new Set([...keyNames, 'enc', 'typ', 'cty'])
const directNames: ReadonlySet<string> = new Set(['alg', 'enc', 'kid', 'typ', 'cty'])
const signatureNames: ReadonlySet<string> = new Set(['alg', 'kid', 'typ', 'cty'])

const headerTextCharactersMax = 256

/** Accepted once, by somebody: said apart from what was never an algorithm. */
const withdrawn = /^(?:none|DSA.*|RSA1_5|RSA-OAEP|RS\d+|HS\d+|A?RC4.*|3?DES.*)$/i
/** Ciphers without a tag, as those who use them write them. */
const untagged = /(?:CBC|CFB|ECB|OFB|CTR)(?!-HS)/i

/** @throws FormRefusal `ALG_WITHDRAWN`, `PAYLOAD_INVALID` */
export const refuseAlgorithm = (name: unknown): never =>
  refuseForm(typeof name === 'string' && withdrawn.test(name) ? 'ALG_WITHDRAWN' : 'PAYLOAD_INVALID')

/** Members of a header that are plain texts are short texts. */
const checkTexts = (header: JsonObject): void => {
  for (const name of ['kid', 'typ', 'cty', 'apu', 'apv']) {
    const value = header[name]
    if (value === undefined) continue
    if (typeof value !== 'string' || value.length > headerTextCharactersMax) refuseForm()
  }
  for (const name of ['apu', 'apv']) if (header[name] !== undefined) bytesOfUrl(header[name])
}

const only = (header: JsonObject, names: ReadonlySet<string>): JsonObject => {
  if (Object.keys(header).some((name) => !names.has(name))) refuseForm()
  checkTexts(header)
  return header
}

const textOf = (bytes: Uint8Array): string => {
  try {
    return utf8Text(bytes)
  } catch {
    return refuseForm()
  }
}

const decoded = (encoded: Json | undefined): JsonObject => {
  const header = canonicalJsonOf(textOf(bytesOfUrl(encoded)))
  return isJsonObject(header) ? header : refuseForm()
}

export const keyAlgorithms = ['RSA-OAEP-256', 'ECDH-ES+A256KW'] as const
export type KeyAlgorithm = (typeof keyAlgorithms)[number]
export const contentAlgorithms = ['A256GCM', 'A256CBC-HS512'] as const
export type ContentAlgorithm = (typeof contentAlgorithms)[number]
export const signatureAlgorithms = ['PS256', 'ES256', 'EdDSA'] as const
export type SignatureAlgorithm = (typeof signatureAlgorithms)[number]

/** The protected header of a JWE, of which the algorithm of the key may stand beside each recipient instead. */
export const protectedHeader = (encoded: Json | undefined): JsonObject => only(decoded(encoded), contentNames)

/** The header of one recipient (RFC 7516 §7.2.1). It must not repeat what is protected. */
export const recipientHeader = (header: Json | undefined, isProtected: JsonObject): JsonObject => {
  if (header === undefined) return {}
  if (!isJsonObject(header)) return refuseForm()
  if (Object.keys(header).some((name) => Object.hasOwn(isProtected, name))) refuseForm()
  return only(header, keyNames)
}

const isEphemeralKey = (key: Json | undefined): boolean =>
  isJsonObject(key) &&
  Object.keys(key).length === 4 &&
  key['kty'] === 'EC' &&
  key['crv'] === 'P-256' &&
  isOnP256(bytesOfUrl(key['x']), bytesOfUrl(key['y']))

/** How the content key is given to one recipient. @throws FormRefusal `ALG_WITHDRAWN`, `PAYLOAD_INVALID` */
export const keyAlgorithmOf = (header: JsonObject): KeyAlgorithm => {
  const { alg, epk, apu, apv } = header
  switch (alg) {
    case 'RSA-OAEP-256':
      return epk === undefined && apu === undefined && apv === undefined ? alg : refuseForm()
    case 'ECDH-ES+A256KW':
      return isEphemeralKey(epk) ? alg : refuseForm()
    default:
      return refuseAlgorithm(alg)
  }
}

/** @throws FormRefusal `UNAUTHENTICATED_ENCRYPTION`, `PAYLOAD_INVALID` */
export const contentAlgorithmOf = ({ enc }: JsonObject): ContentAlgorithm => {
  switch (enc) {
    case 'A256GCM':
    case 'A256CBC-HS512':
      return enc
    default:
      return refuseForm(
        typeof enc === 'string' && untagged.test(enc) ? 'UNAUTHENTICATED_ENCRYPTION' : 'PAYLOAD_INVALID',
      )
  }
}

/** The algorithm in the protected header of a JWS. @throws FormRefusal `ALG_WITHDRAWN`, `PAYLOAD_INVALID` */
export const signatureAlgorithmOf = (encoded: string): SignatureAlgorithm => {
  const { alg } = only(decoded(encoded), signatureNames)
  switch (alg) {
    case 'PS256':
    case 'ES256':
    case 'EdDSA':
      return alg
    default:
      return refuseAlgorithm(alg)
  }
}

/**
 * That a header says `dir`, under a key of 256 bits that the members of a chat have: `A256CBC-HS512` would need one of 512.
 *
 * @throws FormRefusal
 */
export const checkDirect = (encoded: string | undefined): void => {
  const { alg, enc } = only(decoded(encoded), directNames)
  if (alg !== 'dir') refuseAlgorithm(alg)
  if (contentAlgorithmOf({ enc: enc ?? null }) !== 'A256GCM') refuseForm()
}

/** Whether a text could only be meant as a compact JWS: three parts, of which the first is a header with an algorithm. */
export const isCompactJws = (text: string): boolean => {
  const [header = '', ...others] = text.split('.')
  if (others.length !== 2 || !header.startsWith('ey')) return false
  try {
    return Object.hasOwn(decoded(header), 'alg')
  } catch (error) {
    if (error instanceof FormRefusal) return false
    throw error
  }
}
