import { attempted, bytesOfParts, faulty, hasExactly, type HookRead, objectIn, understood } from './parts.ts'
import { fromBase64url } from '../jose/base64url.ts'
import { isJsonObject, type Json, type JsonObject } from '../jose/strictJson.ts'
import { limits } from '../limits.ts'

/** How the key of a post is given to the room (RFC 7518 §4.3, §4.6.2). */
export const hookKeyAlgorithms = ['ECDH-ES+A256KW', 'RSA-OAEP-256'] as const
export type HookKeyAlgorithm = (typeof hookKeyAlgorithms)[number]

/** What can be told of a post without its key: to which key it is sealed, and how. */
export interface SealedPost {
  readonly alg: HookKeyAlgorithm
  /** RFC 7638 thumbprint of the key, in base64url. */
  readonly kid: string
  /** Length of what is sealed: AES-GCM adds nothing to it, and tells it to whoever looks. */
  readonly sealedBytes: number
}

export const sealedPostType = 'hook+jwe'
export const signedPostType = 'hook+jws'

const thumbprintCharacters = 43
const coordinateBytes = 32
const wrappedKeyBytes = 40
const rsaBytesMin = 256
const rsaBytesMax = 512
const ivBytes = 12
const tagBytes = 16

/** An RFC 7638 thumbprint under SHA-256, as headers name keys. */
export const isThumbprint = (value: Json | undefined): value is string =>
  typeof value === 'string' &&
  value.length === thumbprintCharacters &&
  attempted(() => fromBase64url(value)) !== undefined

const isCoordinate = (value: Json | undefined): boolean =>
  typeof value === 'string' && attempted(() => fromBase64url(value))?.length === coordinateBytes

const isEphemeralKey = (key: Json | undefined): boolean =>
  isJsonObject(key) &&
  hasExactly(key, ['kty', 'crv', 'x', 'y']) &&
  key['kty'] === 'EC' &&
  key['crv'] === 'P-256' &&
  isCoordinate(key['x']) &&
  isCoordinate(key['y'])

const names = ['alg', 'enc', 'kid', 'typ', 'cty'] as const

const headerOf = (header: JsonObject): HookRead<Omit<SealedPost, 'sealedBytes'>> => {
  const { alg, enc, kid, typ, cty, epk } = header
  if (enc !== 'A256GCM') return faulty('algorithm')
  switch (alg) {
    case 'RSA-OAEP-256':
      if (!hasExactly(header, names)) return faulty('header')
      break
    case 'ECDH-ES+A256KW':
      if (!hasExactly(header, [...names, 'epk']) || !isEphemeralKey(epk)) return faulty('header')
      break
    default:
      return faulty('algorithm')
  }
  return typ === sealedPostType && cty === signedPostType && isThumbprint(kid)
    ? understood({ alg, kid })
    : faulty('header')
}

const isKeyLength = (alg: HookKeyAlgorithm, length: number): boolean => {
  switch (alg) {
    case 'ECDH-ES+A256KW':
      return length === wrappedKeyBytes
    case 'RSA-OAEP-256':
      return length >= rsaBytesMin && length <= rsaBytesMax
  }
}

/**
 * The form of what a script posts and of what a hook hands to a script: a compact JWE (RFC 7516 §7.1) with exactly one
 * header, every part canonical base64url of the length that its algorithm gives it. Server and clients judge it alike.
 */
export const readSealedPost = (jwe: string): HookRead<SealedPost> => {
  if (jwe.length > limits.hookPostBytesMax) return faulty('too_large')
  const parts = jwe.split('.')
  if (parts.length !== 5) return faulty('form')
  const bytes = bytesOfParts(parts)
  if (!bytes) return faulty('base64')
  const [header, key, iv, sealed, tag] = bytes as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  const object = objectIn(header)
  if (!object) return faulty('json')
  const post = headerOf(object)
  if (post.kind === 'refused') return post
  const isWhole = isKeyLength(post.value.alg, key.length) && iv.length === ivBytes && tag.length === tagBytes
  return isWhole ? understood({ ...post.value, sealedBytes: sealed.length }) : faulty('length')
}
