import { SottoError } from '../errors.ts'

const shared = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const urlAlphabet = `${shared}-_`
const standardAlphabet = `${shared}+/`

/** What is no digit. */
const none = 64

/** The value of each character of an alphabet by its code. A table, not a map: envelopes have a hundred thousand of them. */
const valuesOf = (alphabet: string): Uint8Array => {
  const values = new Uint8Array(128).fill(none)
  for (let value = 0; value < alphabet.length; value++) values[alphabet.charCodeAt(value)] = value
  return values
}

const urlValues = valuesOf(urlAlphabet)
const standardValues = valuesOf(standardAlphabet)

const refuse = (): never => {
  throw new SottoError('bad_request', 'not base64')
}

const encoded = (bytes: Uint8Array, alphabet: string): string => {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff
    bits += 8
    while (bits >= 6) {
      bits -= 6
      text += alphabet[(held >> bits) & 63]
    }
  }
  return bits === 0 ? text : text + alphabet[(held << (6 - bits)) & 63]
}

const decoded = (text: string, length: number, values: Uint8Array): Uint8Array<ArrayBuffer> => {
  if (length % 4 === 1) return refuse()
  const bytes = new Uint8Array(Math.floor((length * 3) / 4))
  let bits = 0
  let held = 0
  let at = 0
  for (let index = 0; index < length; index++) {
    const value = values[text.charCodeAt(index)] ?? none
    if (value === none) return refuse()
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = (held >> bits) & 0xff
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : refuse()
}

/** Unpadded base64url (RFC 7515 §2). */
export const toBase64url = (bytes: Uint8Array): string => encoded(bytes, urlAlphabet)

/** Padded standard base64 (RFC 4648 §4). */
export const toBase64 = (bytes: Uint8Array): string => {
  const text = encoded(bytes, standardAlphabet)
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}

/**
 * The bytes of unpadded base64url in its one spelling: no padding, no white space, no other alphabet, and no bits at
 * the end that mean nothing, so that no two texts are the same bytes.
 *
 * @throws SottoError `bad_request`
 */
export const fromBase64url = (text: string): Uint8Array<ArrayBuffer> => decoded(text, text.length, urlValues)

/** The bytes of padded standard base64 in its one spelling. @throws SottoError `bad_request` */
export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => {
  if (text.length % 4 !== 0) return refuse()
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return decoded(text, text.length - padding, standardValues)
}
