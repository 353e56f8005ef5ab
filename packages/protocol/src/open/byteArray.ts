const [open, close, comma, space, zero, nine] = Array.from('[], 09', (text) => text.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
  number,
]

/** No byte: a number is still to come. */
const none = -1

/**
 * Reads a text that holds a JSON array of bytes, as JavaScript and Python write one: with or without a space behind each
 * comma. One look at each character: a regular expression and a split cost a hundred times as much, and anybody may send
 * 100 KiB of them.
 *
 * @returns undefined for every other text, an empty array too
 */
export const readByteArray = (text: string): Uint8Array<ArrayBuffer> | undefined => {
  const end = text.length - 1
  if (text.charCodeAt(0) !== open || text.charCodeAt(end) !== close) return undefined
  const bytes = new Uint8Array(Math.ceil(end / 2))
  let length = 0
  let value = none
  for (let at = 1; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code >= zero && code <= nine) {
      // No number begins with a zero but zero itself (RFC 8259 §6).
      if (value === 0) return undefined
      value = (value === none ? 0 : value * 10) + code - zero
      if (value > 255) return undefined
    } else if (code === comma) {
      if (value === none) return undefined
      bytes[length++] = value
      value = none
    } else if (code !== space || text.charCodeAt(at - 1) !== comma) return undefined
  }
  if (value === none) return undefined
  bytes[length++] = value
  return bytes.subarray(0, length)
}
