import { OpenRefusal, refuse } from '../failure.ts'
import { fromBase64url } from '../form/base64.ts'
import { isJsonObject, type Json, type JsonObject, parseCanonicalJson } from '../form/strictJson.ts'

/**
 * What may stand in a JOSE header here. A list of what is allowed: `crit`, `zip`, `jku`, `x5u`, `x5c`, `jwk`, `b64`,
 * `p2c` and whatever comes next are refused without being named.
 */
const keyNames: ReadonlySet<string> = new Set(['alg', 'kid', 'epk', 'apu', 'apv'])
const contentNames: ReadonlySet<string> = new Set([...keyNames, 'enc', 'typ', 'cty'])
const signatureNames: ReadonlySet<string> = new Set(['alg', 'kid', 'typ', 'cty'])

const headerTextCharactersMax = 256

/** Accepted once, by somebody: said apart from what was never an algorithm. */
const withdrawn = /^(?:none|DSA.*|RSA1_5|RSA-OAEP|RS\d+|HS\d+|A?RC4.*|3?DES.*)$/i
/** Ciphers without a tag, as those who use them write them. */
const untagged = /(?:CBC|CFB|ECB|OFB|CTR)(?!-HS)/i

const refuseAlgorithm = (name: unknown): never => {
  if (typeof name === 'string' && withdrawn.test(name)) throw new OpenRefusal('ALG_WITHDRAWN')
  throw new OpenRefusal('PAYLOAD_INVALID')
}

/** Members of a header that are plain texts are short texts. */
const checkTexts = (header: JsonObject): void => {
  for (const name of ['kid', 'typ', 'cty', 'apu', 'apv']) {
    const value = header[name]
    if (value === undefined) continue
    if (typeof value !== 'string' || value.length > headerTextCharactersMax) refuse('PAYLOAD_INVALID')
  }
  for (const name of ['apu', 'apv']) {
    const value = header[name]
    if (typeof value === 'string') fromBase64url(value)
  }
}

const only = (header: JsonObject, names: ReadonlySet<string>): JsonObject => {
  if (Object.keys(header).some((name) => !names.has(name))) refuse('PAYLOAD_INVALID')
  checkTexts(header)
  return header
}

const decoded = (encoded: Json | undefined): JsonObject => {
  if (typeof encoded !== 'string') return refuse('PAYLOAD_INVALID')
  const header = parseCanonicalJson(Buffer.from(fromBase64url(encoded)).toString('utf8'))
  return isJsonObject(header) ? header : refuse('PAYLOAD_INVALID')
}

export type KeyAlgorithm = 'RSA-OAEP-256' | 'ECDH-ES+A256KW'
export type ContentAlgorithm = 'A256GCM' | 'A256CBC-HS512'
export type SignatureAlgorithm = 'PS256' | 'ES256' | 'EdDSA'

/** The protected header of a JWE, of which the algorithm of the key may stand beside each recipient instead. */
export const protectedHeader = (encoded: Json | undefined): JsonObject => only(decoded(encoded), contentNames)

/** The header of one recipient (RFC 7516 §7.2.1). It must not repeat what is protected. */
export const recipientHeader = (header: Json | undefined, isProtected: JsonObject): JsonObject => {
  if (header === undefined) return {}
  if (!isJsonObject(header)) return refuse('PAYLOAD_INVALID')
  if (Object.keys(header).some((name) => Object.hasOwn(isProtected, name))) refuse('PAYLOAD_INVALID')
  return only(header, keyNames)
}

const coordinate = (value: Json | undefined): boolean =>
  typeof value === 'string' && fromBase64url(value).length === 32

const isEphemeralKey = (key: Json | undefined): boolean =>
  isJsonObject(key) &&
  Object.keys(key).length === 4 &&
  key['kty'] === 'EC' &&
  key['crv'] === 'P-256' &&
  coordinate(key['x']) &&
  coordinate(key['y'])

/** How the content key is given to one recipient. @throws OpenRefusal `ALG_WITHDRAWN`, `PAYLOAD_INVALID` */
export const keyAlgorithmOf = (header: JsonObject): KeyAlgorithm => {
  const { alg, epk, apu, apv } = header
  switch (alg) {
    case 'RSA-OAEP-256':
      return epk === undefined && apu === undefined && apv === undefined ? alg : refuse('PAYLOAD_INVALID')
    case 'ECDH-ES+A256KW':
      return isEphemeralKey(epk) ? alg : refuse('PAYLOAD_INVALID')
    default:
      return refuseAlgorithm(alg)
  }
}

/** @throws OpenRefusal `UNAUTHENTICATED_ENCRYPTION`, `PAYLOAD_INVALID` */
export const contentAlgorithmOf = ({ enc }: JsonObject): ContentAlgorithm => {
  switch (enc) {
    case 'A256GCM':
    case 'A256CBC-HS512':
      return enc
    default:
      return refuse(
        typeof enc === 'string' && untagged.test(enc) ? 'UNAUTHENTICATED_ENCRYPTION' : 'PAYLOAD_INVALID',
      )
  }
}

/** The protected header of a JWS. @throws OpenRefusal `ALG_WITHDRAWN`, `PAYLOAD_INVALID` */
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

/** `dir`: under a key that the members of a room or chat have already. */
export const isDirect = (header: JsonObject): boolean =>
  header['alg'] === 'dir' &&
  Object.keys(header).every((name) => ['alg', 'enc', 'kid', 'typ', 'cty'].includes(name))

export const refuseSignatureName = refuseAlgorithm
