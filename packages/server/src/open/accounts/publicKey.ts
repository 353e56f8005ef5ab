import { createPublicKey, type KeyObject } from 'node:crypto'
import { limits } from '@sotto/protocol'
import { calculateJwkThumbprint, importJWK, type JWK } from 'jose'
import { OpenRefusal, refuse } from '../failure.ts'
import { fromBase64, fromBase64url } from '../form/base64.ts'
import { isJsonObject, type JsonObject, parseStrictJson } from '../form/strictJson.ts'

/** A public key as it was uploaded, byte for byte, and its RFC 7638 thumbprint (SHA-256, base64url). */
export interface PublicKey {
  /** JSON of what was uploaded: a text (PEM, or a JWK written as text) or an object (JWK, JWK Set). */
  readonly uploaded: string
  readonly fingerprint: string
}

const rsaBytesMin = 256
const rsaBytesMax = 1024
const keysPerSetMax = 8
/** As many as there are. */
const keyOpsMax = 8
const pemForm =
  /^-----BEGIN PUBLIC KEY-----\r?\n((?:[A-Za-z0-9+/]{1,76}={0,2}\r?\n)+)-----END PUBLIC KEY-----(?:\r?\n)?$/

const isLabel = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= limits.openKeyLabelCharactersMax

/** What a key may say of itself beside what it is (RFC 7517 §4). Whoever asks for keys gets it with them. */
const labels: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['kid', isLabel],
  ['use', isLabel],
  ['alg', isLabel],
  ['key_ops', (value) => Array.isArray(value) && value.length <= keyOpsMax && value.every(isLabel)],
])

/** The members that make a public key of its kind (RFC 7518 §6, RFC 8037 §2), and how long each is. */
const membersOf = (jwk: JsonObject): Readonly<Record<string, (bytes: Uint8Array) => boolean>> => {
  const { kty, crv } = jwk
  if (kty === 'RSA')
    return {
      n: ({ length, 0: first = 0 }) => length >= rsaBytesMin && length <= rsaBytesMax && first >= 0x80,
      // 65537 is what libraries make; small exponents invite mistakes, large ones cost the server time.
      e: (bytes) => Buffer.from(bytes).equals(Buffer.of(1, 0, 1)),
    }
  const isCoordinate = ({ length }: Uint8Array): boolean => length === 32
  if (kty === 'EC' && crv === 'P-256') return { x: isCoordinate, y: isCoordinate }
  if (kty === 'OKP' && crv === 'Ed25519') return { x: isCoordinate }
  return refuse(kty === 'DSA' ? 'ALG_WITHDRAWN' : 'KEY_INVALID')
}

/** What makes the key; everything else is a label, or is refused: a private part above all. */
const essentialOf = (jwk: JsonObject): JWK => {
  const members = membersOf(jwk)
  const names = new Set(['kty', ...(jwk['kty'] === 'RSA' ? [] : ['crv']), ...Object.keys(members)])
  for (const [name, value] of Object.entries(jwk))
    if (!names.has(name) && !labels.get(name)?.(value)) refuse('KEY_INVALID')
  if (jwk['alg'] === 'RSA1_5') refuse('ALG_WITHDRAWN')
  for (const [name, isRight] of Object.entries(members)) {
    const value = jwk[name]
    if (typeof value !== 'string' || !isRight(fromBase64url(value))) refuse('KEY_INVALID')
  }
  return Object.fromEntries([...names].map((name) => [name, jwk[name]]))
}

const algorithmOf = ({ kty }: JWK): string =>
  kty === 'RSA' ? 'RSA-OAEP-256' : kty === 'EC' ? 'ECDH-ES+A256KW' : 'EdDSA'

/** Whether something can be encrypted to it; the other kind only signs. */
const isForReceiving = (jwk: JsonObject): boolean => jwk['kty'] !== 'OKP' && jwk['use'] !== 'sig'

const thumbprintOf = async (jwk: JsonObject): Promise<string> => {
  const essential = essentialOf(jwk)
  // Importing proves that a point lies on its curve.
  await importJWK(essential, algorithmOf(essential))
  return calculateJwkThumbprint(essential, 'sha256')
}

const thumbprintOfSet = async (keys: readonly unknown[]): Promise<string> => {
  if (keys.length === 0 || keys.length > keysPerSetMax) refuse('KEY_INVALID')
  const prints: string[] = []
  for (const key of keys) {
    if (!isJsonObject(key)) return refuse('KEY_INVALID')
    const print = await thumbprintOf(key)
    if (isForReceiving(key)) prints.push(print)
  }
  return prints[0] ?? refuse('KEY_INVALID')
}

const ofObject = async (value: JsonObject): Promise<string> => {
  if (Array.isArray(value['keys'])) {
    if (Object.keys(value).length !== 1) refuse('KEY_INVALID')
    return thumbprintOfSet(value['keys'] as readonly unknown[])
  }
  return thumbprintOfSet([value])
}

const keyObjectOf = (der: Uint8Array): KeyObject => {
  const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
  if (key.asymmetricKeyType === 'dsa') throw new OpenRefusal('ALG_WITHDRAWN')
  const isCanonical = Buffer.from(der).equals(key.export({ format: 'der', type: 'spki' }))
  return isCanonical ? key : refuse('KEY_INVALID')
}

const ofPem = (pem: string): Promise<string> => {
  const body = pemForm.exec(pem)?.[1]
  if (body === undefined) return refuse('KEY_INVALID')
  const key = keyObjectOf(fromBase64(body.replaceAll(/\r?\n/g, '')))
  // RSASSA-PSS keys cannot receive, and have parameters that a JWK does not carry.
  if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'ec') return refuse('KEY_INVALID')
  return ofObject(key.export({ format: 'jwk' }) as JsonObject)
}

const fingerprintOf = async (uploaded: unknown): Promise<string> => {
  if (isJsonObject(uploaded)) return ofObject(uploaded)
  if (typeof uploaded !== 'string') return refuse('KEY_INVALID')
  if (!uploaded.startsWith('{')) return ofPem(uploaded)
  const parsed = parseStrictJson(uploaded)
  return isJsonObject(parsed) ? ofObject(parsed) : refuse('KEY_INVALID')
}

/**
 * Judges a public key: SPKI in PEM, a JWK, a JWK as text, or a JWK Set whose first receiving key counts (a set may add
 * Ed25519 keys, which only sign). RSA from 2048 to 8192 bits, EC P-256. As a whole and in its labels it is bounded: it is
 * told to everybody who lists people.
 *
 * @throws OpenRefusal `KEY_INVALID` for everything else, a private key among it; `ALG_WITHDRAWN` for DSA
 */
export const readPublicKey = async (uploaded: unknown): Promise<PublicKey> => {
  try {
    const text = JSON.stringify(uploaded)
    if (text.length > limits.openKeyCharactersMax) refuse('KEY_INVALID')
    return { uploaded: text, fingerprint: await fingerprintOf(uploaded) }
  } catch (error) {
    // Whatever a parser says of a key stays here: it may quote the key.
    throw error instanceof OpenRefusal && error.code === 'ALG_WITHDRAWN'
      ? error
      : new OpenRefusal('KEY_INVALID')
  }
}
