import * as crypto from 'node:crypto'
import { argon2idAsync } from '@noble/hashes/argon2.js'

/** Costs and salt of one derivation (RFC 9106 §3.1). */
export interface Derivation {
  readonly salt: Uint8Array
  readonly memoryKiB: number
  readonly passes: number
  readonly parallelism: number
  readonly tagBytes: number
}

export type Argon2id = (password: Uint8Array, derivation: Derivation) => Promise<Uint8Array>

/** How long JavaScript computes before others have their turn. */
const tickMs = 5

/** In JavaScript: the same hash, about ten times slower. */
export const portableArgon2id: Argon2id = (
  password,
  { salt, memoryKiB, passes, parallelism, tagBytes },
): Promise<Uint8Array> =>
  argon2idAsync(password, salt, {
    m: memoryKiB,
    t: passes,
    p: parallelism,
    dkLen: tagBytes,
    asyncTick: tickMs,
  })

/** On a thread of its own, by OpenSSL: in Node since 24.7. */
export const nativeArgon2id: Argon2id = (
  message,
  { salt: nonce, memoryKiB: memory, passes, parallelism, tagBytes: tagLength },
) =>
  new Promise((resolve, reject) => {
    crypto.argon2('argon2id', { message, nonce, memory, passes, parallelism, tagLength }, (error, tag) =>
      error ? reject(error) : resolve(tag),
    )
  })

/** Argon2id of the platform, or the portable one where it has none. */
export const argon2id: Argon2id = typeof crypto.argon2 === 'function' ? nativeArgon2id : portableArgon2id
