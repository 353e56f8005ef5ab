import { MlsError } from '../src/error.ts'
import type { HashName } from '../src/provider.ts'

type Hmac = (name: HashName, key: Uint8Array, data: Uint8Array) => Uint8Array

const hashBytes: Readonly<Record<HashName, number>> = { 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 }
const empty = new Uint8Array(0)

/** HKDF-Extract of RFC 5869 §2.2; an absent salt is the empty one, which HMAC pads to the same zeros. */
export const extractWith = (hmac: Hmac, name: HashName, salt: Uint8Array, ikm: Uint8Array): Uint8Array =>
  hmac(name, salt, ikm)

/** HKDF-Expand of RFC 5869 §2.3. @throws MlsError `limit_exceeded` beyond 255 blocks */
export const expandWith = (
  hmac: Hmac,
  name: HashName,
  prk: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array => {
  const size = hashBytes[name]
  if (length > 255 * size) throw new MlsError('limit_exceeded', `${length} bytes from one expansion`)
  const output = new Uint8Array(length)
  let block: Uint8Array = empty
  for (let counter = 1, at = 0; at < length; counter++, at += size) {
    const input = new Uint8Array(block.length + info.length + 1)
    input.set(block)
    input.set(info, block.length)
    input[input.length - 1] = counter
    block = hmac(name, prk, input)
    output.set(length - at < size ? block.subarray(0, length - at) : block, at)
  }
  return output
}
