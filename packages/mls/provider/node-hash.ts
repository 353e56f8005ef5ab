import { createHash, hash } from 'node:crypto'
import type { HashName } from '../src/provider.ts'
import type { Keccak } from './xwing.ts'

const nodeName = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const
const blockBytes: Readonly<Record<HashName, number>> = { 'SHA-256': 64, 'SHA-384': 128, 'SHA-512': 128 }

const digest = (name: string, data: Uint8Array): Uint8Array => {
  const bytes = hash(name, data, 'buffer')
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

export const sha2 = (name: HashName, data: Uint8Array): Uint8Array => digest(nodeName[name], data)

export const keccak: Keccak = {
  sha3: (data) => digest('sha3-256', data),
  shake256: (data, length) =>
    new Uint8Array(createHash('shake256', { outputLength: length }).update(data).digest()),
}

/** HMAC of two one-shot hashes: 3 µs, where createHmac needs 14 to take in a key of bytes. */
export const hmac = (name: HashName, key: Uint8Array, data: Uint8Array): Uint8Array => {
  const block = blockBytes[name]
  const secret = key.length > block ? sha2(name, key) : key
  const inner = new Uint8Array(block + data.length).fill(0x36, 0, block)
  const outer = new Uint8Array(block + 64).fill(0x5c, 0, block)
  for (let i = 0; i < secret.length; i++) {
    inner[i] = 0x36 ^ (secret[i] as number)
    outer[i] = 0x5c ^ (secret[i] as number)
  }
  inner.set(data, block)
  const innerHash = sha2(name, inner)
  outer.set(innerHash, block)
  const mac = sha2(name, outer.subarray(0, block + innerHash.length))
  inner.fill(0)
  outer.fill(0)
  return mac
}
