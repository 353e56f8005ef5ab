import { SottoError } from '../errors.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const values = new Map([...alphabet].map((character, value) => [character, value]))

const refuse = (): never => {
  throw new SottoError('bad_request', 'not base64url')
}

/** Unpadded base64url (RFC 7515 §2). */
export const toBase64url = (bytes: Uint8Array): string => {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3)
    const digits = [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63]
    text += digits
      .slice(0, Math.min(3, bytes.length - at) + 1)
      .map((digit) => alphabet.charAt(digit))
      .join('')
  }
  return text
}

/**
 * The bytes of unpadded base64url in its one spelling: no padding, no white space, no other alphabet, and no bits at
 * the end that mean nothing, so that no two texts are the same bytes.
 *
 * @throws SottoError `bad_request`
 */
export const fromBase64url = (text: string): Uint8Array => {
  const rest = text.length % 4
  if (rest === 1) return refuse()
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let bits = 0
  let held = 0
  let at = 0
  for (const character of text) {
    const value = values.get(character) ?? refuse()
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = (held >> bits) & 0xff
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : refuse()
}
