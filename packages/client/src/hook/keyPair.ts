import { attempted, isJsonObject, type JsonObject, parseStrictJson, utf8Text } from '@sotto/protocol'
import type { Jwk } from '../ports/jose.ts'
import { bytesIn, type KeyKind, publicHalf, type PublicKey, requiredOf, textIn } from './publicKey.ts'

/** A key with its private half. */
export interface KeyPair {
  readonly publicKey: PublicKey
  readonly privateKey: Jwk
}

const privateMembers: Readonly<Record<KeyKind, readonly string[]>> = {
  'P-256': ['d'],
  RSA: ['d', 'p', 'q', 'dp', 'dq', 'qi'],
  Ed25519: ['d'],
}

/** The members of a private key and no others; undefined where one is missing. */
const privateHalf = (key: JsonObject, publicKey: PublicKey): Jwk | undefined => {
  const names = privateMembers[publicKey.kind]
  if (!names.every((name) => bytesIn(key[name]) !== undefined)) return undefined
  const wanted = [...requiredOf[publicKey.kind], ...names]
  return Object.fromEntries(wanted.map((name) => [name, textIn(key[name])]))
}

/** A pair as a JWK in JSON, in UTF-8; undefined for anything else. */
export const keyPairIn = (json: Uint8Array): KeyPair | undefined => {
  const key = attempted(() => parseStrictJson(utf8Text(json)))
  const publicKey = isJsonObject(key) ? publicHalf(key) : undefined
  const privateKey = isJsonObject(key) && publicKey ? privateHalf(key, publicKey) : undefined
  return publicKey && privateKey ? { publicKey, privateKey } : undefined
}

/** A private key as bytes, which can be wiped. */
export const keyBytes = (privateKey: Jwk): Uint8Array =>
  Uint8Array.from(JSON.stringify(privateKey), (character) => character.charCodeAt(0))
