import { base64url } from 'jose'
import { fail } from './failure.ts'

/**
 * What stands in front of the JOSE library: one spelling of everything, and nothing in a header that could make it do
 * more than open and verify. Libraries forgive differently, and what two readers read differently is an attack.
 */

export type JsonObject = { readonly [name: string]: unknown }

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Unpadded base64url in its one spelling (RFC 7515 §2). @throws LaneError `ENVELOPE_INVALID` */
export const bytesOf = (text: unknown): Uint8Array<ArrayBuffer> => {
  if (typeof text !== 'string' || !/^[\w-]*$/.test(text)) return fail('ENVELOPE_INVALID')
  const bytes = base64url.decode(text)
  // Encoding again finds bits that mean nothing.
  return base64url.encode(bytes) === text ? new Uint8Array(bytes) : fail('ENVELOPE_INVALID')
}

/** Padded standard base64 in its one spelling (RFC 4648 §4). @throws LaneError `ENVELOPE_INVALID` */
export const bytesOfStandard = (text: unknown): Uint8Array<ArrayBuffer> => {
  if (typeof text !== 'string' || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    return fail('ENVELOPE_INVALID')
  return bytesOf(text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''))
}

export const utf8 = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return fail('ENVELOPE_INVALID')
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return fail('ENVELOPE_INVALID')
  }
}

const depthMax = 12

const keysIn = (value: unknown, depth = 0): number => {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > depthMax) return fail('ENVELOPE_INVALID')
  const own = Array.isArray(value) ? 0 : Object.keys(value).length
  return Object.values(value).reduce<number>((sum, one) => sum + keysIn(one, depth + 1), own)
}

const strings = /"(?:[^"\\]|\\.)*"(?<colon>[\t\n\r ]*:)?/gs

/** JSON without a key twice in one object: the texts that a colon follows are as many as the keys that were kept. */
export const parseStrict = (text: string): unknown => {
  const value = parsed(text)
  const written = [...text.matchAll(strings)].filter(({ groups }) => groups?.['colon'] !== undefined).length
  return written === keysIn(value) ? value : fail('ENVELOPE_INVALID')
}

/** JSON in its one spelling: no white space, no needless escape, no key twice. */
const parseCanonical = (text: string): unknown => {
  const value = parsed(text)
  return JSON.stringify(value) === text ? value : fail('ENVELOPE_INVALID')
}

const headerOf = (encoded: unknown, allowed: readonly string[]): JsonObject => {
  const header = parseCanonical(utf8(bytesOf(encoded)))
  // A list of what is allowed: crit, zip, jku, x5u, jwk, b64 and whatever comes next are refused unnamed.
  if (!isJsonObject(header) || Object.keys(header).some((name) => !allowed.includes(name)))
    return fail('ENVELOPE_INVALID')
  return header
}

const recipientNames = ['alg', 'kid', 'epk', 'apu', 'apv']
const envelopeNames = [...recipientNames, 'enc', 'typ', 'cty']
const proofNames = ['alg', 'kid', 'typ', 'cty']

export const keyAlgorithms = ['RSA-OAEP-256', 'ECDH-ES+A256KW'] as const
export const contentAlgorithms = ['A256GCM', 'A256CBC-HS512'] as const
export const signatureAlgorithms = ['PS256', 'ES256', 'EdDSA'] as const

export type ContentAlgorithm = (typeof contentAlgorithms)[number]
export type SignatureAlgorithm = (typeof signatureAlgorithms)[number]

const isOneOf = <T extends string>(values: readonly T[], value: unknown): value is T =>
  values.some((one) => one === value)

const checkParts = (parts: readonly unknown[]): void => {
  for (const part of parts) bytesOf(part)
}

/** A compact JWE, by its header. @throws LaneError `ENVELOPE_INVALID` */
export const checkCompactJwe = (jwe: string, algorithms: readonly string[] = keyAlgorithms): void => {
  const parts = jwe.split('.')
  if (parts.length !== 5) fail('ENVELOPE_INVALID')
  const { alg, enc } = headerOf(parts[0], envelopeNames)
  if (!isOneOf(algorithms, alg) || !isOneOf(contentAlgorithms, enc)) fail('ENVELOPE_INVALID')
  checkParts(parts.slice(1))
}

/** A flattened JWE as it comes to one recipient (RFC 7516 §7.2.2). @throws LaneError `ENVELOPE_INVALID` */
export const checkFlattenedJwe = (jwe: JsonObject): void => {
  const names = ['protected', 'header', 'encrypted_key', 'iv', 'ciphertext', 'tag', 'aad']
  if (Object.keys(jwe).some((name) => !names.includes(name))) fail('ENVELOPE_INVALID')
  const isProtected = headerOf(jwe['protected'], envelopeNames)
  const beside = jwe['header'] ?? {}
  if (!isJsonObject(beside)) return fail('ENVELOPE_INVALID')
  const isRepeated = Object.keys(beside).some(
    (name) => !recipientNames.includes(name) || Object.hasOwn(isProtected, name),
  )
  const { alg, enc }: JsonObject = { ...isProtected, ...beside }
  if (isRepeated || !isOneOf(keyAlgorithms, alg) || !isOneOf(contentAlgorithms, enc)) fail('ENVELOPE_INVALID')
  checkParts([jwe['encrypted_key'], jwe['iv'], jwe['ciphertext'], jwe['tag'], jwe['aad'] ?? ''])
}

/** A compact JWS, by its header; the payload may be absent. @throws LaneError `PROOF_INVALID`, `ENVELOPE_INVALID` */
export const signatureAlgorithmOf = (jws: string): SignatureAlgorithm => {
  const parts = jws.split('.')
  if (parts.length !== 3) return fail('PROOF_INVALID')
  const { alg } = headerOf(parts[0], proofNames)
  checkParts(parts.slice(1))
  return isOneOf(signatureAlgorithms, alg) ? alg : fail('PROOF_INVALID')
}
