import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { bytes } from './cbor/shape.ts'
import { SottoError } from './errors.ts'

/** Names of things are random or hashes; on the wire bytes, as keys of maps and in URLs lower-case hex. */
export const roomIdBytes = 16
export const deviceIdBytes = 16
export const accountIdBytes = 32
export const messageIdBytes = 16
export const hashBytes = 32
export const signatureBytes = 64
export const publicKeyBytes = 32

export const roomId = bytes(roomIdBytes)
export const deviceId = bytes(deviceIdBytes)
export const accountId = bytes(accountIdBytes)
export const messageId = bytes(messageIdBytes)
export const hashValue = bytes(hashBytes)
export const signatureValue = bytes(signatureBytes)
export const publicKey = bytes(publicKeyBytes)

export const toHex = (value: Uint8Array): string => bytesToHex(value)

/** @throws SottoError `bad_request` unless `text` is lower-case hex of exactly `length` bytes */
export const fromHex = (text: string, length: number): Uint8Array => {
  if (text.length !== length * 2 || !/^[0-9a-f]*$/.test(text))
    throw new SottoError('bad_request', `expected ${length} bytes in hex`)
  return hexToBytes(text)
}

export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}
