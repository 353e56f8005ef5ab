import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { opaqueString } from '@sotto/protocol'

export const wrappingKeyBytes = 32
const nonceBytes = 12
const tagBytes = 16
const cipher = 'aes-256-gcm'

/** @param place what is bound to it: what was wrapped for one place opens for this one only */
export const wrap = (key: Uint8Array, place: string, secret: Uint8Array): Uint8Array => {
  const nonce = randomBytes(nonceBytes)
  const sealer = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(place))
  return new Uint8Array(Buffer.concat([nonce, sealer.update(secret), sealer.final(), sealer.getAuthTag()]))
}

/** @returns undefined where it is of another key or place, or was changed */
export const unwrap = (key: Uint8Array, place: string, wrapped: Uint8Array): Uint8Array | undefined => {
  if (wrapped.length < nonceBytes + tagBytes) return undefined
  const tagAt = wrapped.length - tagBytes
  const opener = createDecipheriv(cipher, key, wrapped.subarray(0, nonceBytes), { authTagLength: tagBytes })
  opener.setAAD(Buffer.from(place)).setAuthTag(wrapped.subarray(tagAt))
  try {
    const body = wrapped.subarray(nonceBytes, tagAt)
    return new Uint8Array(Buffer.concat([opener.update(body), opener.final()]))
  } catch {
    return undefined
  }
}

/** scrypt (RFC 7914) with N = 2^17, r = 8, p = 1: 128 MiB for each guess. */
export const costNow = 17
/** What a file may ask for: one that somebody has put there does not use up the memory. */
export const costMax = 18
const blockSize = 8

const derive = promisify<string, Uint8Array, number, object, Buffer>(scrypt)

/** The key that a passphrase gives, however it is typed: one form for every keyboard (OpaqueString, RFC 8265). */
export const keyOfPassphrase = async (
  passphrase: string,
  salt: Uint8Array,
  cost: number,
): Promise<Uint8Array> => {
  const N = 2 ** cost
  return derive(opaqueString(passphrase), salt, wrappingKeyBytes, {
    N,
    r: blockSize,
    p: 1,
    maxmem: 256 * N * blockSize,
  })
}
