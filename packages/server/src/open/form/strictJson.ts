import { OpenRefusal } from '../failure.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

export type JsonObject = { readonly [key: string]: Json }

const depthMax = 12

const invalid = (): never => {
  throw new OpenRefusal('PAYLOAD_INVALID')
}

/** Where a string that begins at `from` ends: just behind its closing quote. */
const endOfString = (text: string, from: number): number => {
  for (let at = from + 1; at < text.length; at++) {
    const character = text[at]
    if (character === '\\') at++
    else if (character === '"') return at + 1
  }
  return invalid()
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
        if (keys && /^[\t\n\r ]*:/.test(text.slice(end, end + 16))) {
          // Compared as what they mean: "a" may be written \u0061.
          const key = JSON.parse(text.slice(at, end)) as string
          if (keys.has(key)) invalid()
          keys.add(key)
        }
        at = end - 1
        break
      }
    }
    if (open.length > depthMax) invalid()
  }
}

/**
 * JSON that has one meaning (RFC 8259, and of I-JSON, RFC 7493 §2.3, that keys are unique).
 *
 * @throws OpenRefusal `PAYLOAD_INVALID`
 */
export const parseStrictJson = (text: string): Json => {
  try {
    refuseAmbiguity(text)
    return JSON.parse(text) as Json
  } catch {
    return invalid()
  }
}

/**
 * The one spelling of a value: no white space, no needless escapes, no key twice. What signs or protects bytes must
 * not be readable in two ways, and JOSE libraries differ in what they forgive.
 *
 * @throws OpenRefusal `PAYLOAD_INVALID`
 */
export const parseCanonicalJson = (text: string): Json => {
  const value = parseStrictJson(text)
  return JSON.stringify(value) === text ? value : invalid()
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
