import { SottoError } from '../errors.ts'
import { utf8Length } from '../messageText.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

const depthMax = 12

const refuse = (): never => {
  throw new SottoError('bad_request', 'not JSON with one meaning')
}

/** Where a string that begins at `from` ends: just behind its closing quote. */
const endOfString = (text: string, from: number): number => {
  for (let at = from + 1; at < text.length; at++) {
    const character = text[at]
    if (character === '\\') at++
    else if (character === '"') return at + 1
  }
  return refuse()
}

const isKeyBefore = (text: string, from: number): boolean => {
  let at = from
  while (at < text.length && ' \t\n\r'.includes(text.charAt(at))) at++
  return text[at] === ':'
}

/**
 * Refuses what `JSON.parse` takes silently: a key twice in one object, of which one reader sees the first and another
 * the last, and nesting that costs more to hold than to send. What is no JSON at all is left to the parser.
 */
const refuseAmbiguity = (text: string): void => {
  // For each open bracket the keys so far, or null in an array.
  const open: (Set<string> | null)[] = []
  for (let at = 0; at < text.length; at++) {
    switch (text.charAt(at)) {
      case '{':
        open.push(new Set())
        break
      case '[':
        open.push(null)
        break
      case '}':
      case ']':
        open.pop()
        break
      case '"': {
        const end = endOfString(text, at)
        const keys = open.at(-1)
        if (keys && isKeyBefore(text, end)) {
          // Compared as what they mean: "a" may be written \u0061.
          const key = JSON.parse(text.slice(at, end)) as string
          if (keys.has(key)) refuse()
          keys.add(key)
        }
        at = end - 1
        break
      }
    }
    if (open.length > depthMax) refuse()
  }
}

/**
 * JSON that has one meaning (RFC 8259; RFC 7493 §2.3: keys are unique), of at most twelve levels.
 *
 * @throws SottoError `bad_request`
 */
export const parseStrictJson = (text: string): Json => {
  try {
    refuseAmbiguity(text)
    return JSON.parse(text) as Json
  } catch {
    return refuse()
  }
}

/**
 * The one spelling of a value: no white space, no needless escapes, no key twice. What signs or protects bytes must
 * not be readable in two ways, and JOSE libraries differ in what they forgive.
 *
 * @throws SottoError `bad_request`
 */
export const parseCanonicalJson = (text: string): Json => {
  const value = parseStrictJson(text)
  return JSON.stringify(value) === text ? value : refuse()
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The text that these bytes are in UTF-8, in its one encoding and with nothing replaced.
 *
 * @throws SottoError `bad_request`
 */
export const utf8Text = (bytes: Uint8Array): string => {
  let escaped = ''
  for (const byte of bytes)
    escaped +=
      byte < 0x80 && byte !== 0x25 ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`
  try {
    // The only decoder of the language itself; it refuses what is not UTF-8 (ECMA-262 §19.2.6).
    return decodeURIComponent(escaped)
  } catch {
    throw new SottoError('bad_request', 'not UTF-8')
  }
}

/** A text in UTF-8. @throws SottoError `bad_request` where it is not well-formed Unicode */
export const utf8Bytes = (text: string): Uint8Array<ArrayBuffer> => {
  if (!text.isWellFormed()) throw new SottoError('bad_request', 'not Unicode')
  const bytes = new Uint8Array(utf8Length(text))
  let at = 0
  for (const character of text) {
    const code = character.codePointAt(0) as number
    if (code < 0x80) bytes[at++] = code
    else {
      // RFC 3629 §3: what the first byte begins with, and how many follow it.
      const [first, following] = code < 0x800 ? [0xc0, 1] : code < 0x1_0000 ? [0xe0, 2] : [0xf0, 3]
      bytes[at++] = first | (code >> (6 * following))
      for (let left = following - 1; left >= 0; left--) bytes[at++] = 0x80 | ((code >> (6 * left)) & 0x3f)
    }
  }
  return bytes
}
