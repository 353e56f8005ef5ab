import {
  attempted,
  fromBase64url,
  H,
  hasExactly,
  type Json,
  type JsonObject,
  toBase64url,
} from '@sotto/protocol'
import type { Jwk, SealingAlgorithm, SignatureAlgorithm } from '../ports/jose.ts'

export type KeyKind = 'P-256' | 'RSA' | 'Ed25519'

/** A public key in its one spelling: the required members of RFC 7638 §3.2 and nothing else. */
export interface PublicKey {
  readonly kind: KeyKind
  readonly jwk: Jwk
  /** The members in lexicographic order, without white space: what its thumbprint is a hash of. */
  readonly text: string
  /** SHA-256 of `text` (RFC 7638). */
  readonly thumbprint: Uint8Array
}

export const signatureAlgorithmOf = ({ kind }: PublicKey): SignatureAlgorithm => {
  switch (kind) {
    case 'P-256':
      return 'ES256'
    case 'RSA':
      return 'PS256'
    case 'Ed25519':
      return 'EdDSA'
  }
}

/** How something is sealed to the key; undefined for one that only signs. */
export const sealingAlgorithmOf = ({ kind }: PublicKey): SealingAlgorithm | undefined => {
  switch (kind) {
    case 'P-256':
      return 'ECDH-ES+A256KW'
    case 'RSA':
      return 'RSA-OAEP-256'
    case 'Ed25519':
      return undefined
  }
}

const coordinateBytes = 32
const modulusBytesMin = 256
const modulusBytesMax = 512
/** 65537, the only public exponent that is in use. */
const exponent = 'AQAB'

export const bytesIn = (value: Json | undefined): Uint8Array | undefined =>
  typeof value === 'string' ? attempted(() => fromBase64url(value)) : undefined

const isCoordinate = (value: Json | undefined): boolean => bytesIn(value)?.length === coordinateBytes

const isModulus = (value: Json | undefined): boolean => {
  const bytes = bytesIn(value)
  // Without leading zeros: the bits of the modulus are those of its bytes.
  return (
    bytes !== undefined &&
    bytes.length >= modulusBytesMin &&
    bytes.length <= modulusBytesMax &&
    (bytes[0] as number) >= 0x80
  )
}

const kindOf = (key: JsonObject): KeyKind | undefined => {
  switch (key['kty']) {
    case 'EC':
      return key['crv'] === 'P-256' && isCoordinate(key['x']) && isCoordinate(key['y']) ? 'P-256' : undefined
    case 'OKP':
      return key['crv'] === 'Ed25519' && isCoordinate(key['x']) ? 'Ed25519' : undefined
    case 'RSA':
      return isModulus(key['n']) && key['e'] === exponent ? 'RSA' : undefined
    default:
      return undefined
  }
}

export const requiredOf: Readonly<Record<KeyKind, readonly string[]>> = {
  'P-256': ['crv', 'kty', 'x', 'y'],
  RSA: ['e', 'kty', 'n'],
  Ed25519: ['crv', 'kty', 'x'],
}

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

/** A member that was found to be text. */
export const textIn = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

/** The public half of what is there, whatever else stands beside it; undefined for no key that is accepted. */
export const publicHalf = (key: JsonObject): PublicKey | undefined => {
  const kind = kindOf(key)
  if (!kind) return undefined
  const jwk = Object.fromEntries(requiredOf[kind].map((name) => [name, textIn(key[name])]))
  const text = JSON.stringify(jwk)
  return { kind, jwk, text, thumbprint: H(ascii(text)) }
}

/** A public key and nothing beside it. */
export const publicKeyIn = (key: JsonObject, beside: readonly string[] = []): PublicKey | undefined => {
  const found = publicHalf(key)
  return found && hasExactly(key, [...requiredOf[found.kind], ...beside]) ? found : undefined
}

/** How headers and people name a key. */
export const keyIdOf = ({ thumbprint }: Pick<PublicKey, 'thumbprint'>): string => toBase64url(thumbprint)
