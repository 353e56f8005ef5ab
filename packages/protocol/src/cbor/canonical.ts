import { decode, type DecodeOptions, encode, Tokenizer, Type } from 'cborg'
import { SottoError } from '../errors.ts'
import { limits } from '../limits.ts'

/** What deterministic CBOR may hold here: no floats, no tags, no undefined; maps only inside message content. */
export type CborValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborValue[]
  | { readonly [key: string]: CborValue }

/**
 * Deterministic CBOR (RFC 8949 §4.2.1). The bytes are the caller's own: in Node the library hands out a `Buffer`, whose
 * `slice` shares memory and which may lie in a pool with what others wrote.
 */
export const encodeCanonical = (value: CborValue): Uint8Array => new Uint8Array(encode(value))

const options: DecodeOptions = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowBigInt: true,
  allowInfinity: false,
  allowNaN: false,
  rejectDuplicateMapKeys: true,
  useMaps: false,
}

const mark = '\uFEFF'
const markBytes = [0xef, 0xbb, 0xbf] as const

/** The library drops a byte order mark at the beginning of a text; in a message it is a character like any other. */
const markKeeper = (bytes: Uint8Array): NonNullable<DecodeOptions['tokenizer']> => {
  const tokenizer = new Tokenizer(bytes, { ...options, retainStringBytes: true })
  return {
    done: () => tokenizer.done(),
    pos: () => tokenizer.pos(),
    next: () => {
      const token = tokenizer.next()
      const isMarked =
        token.type === Type.string && markBytes.every((byte, at) => token.byteValue?.[at] === byte)
      if (isMarked) token.value = mark + (token.value as string)
      return token
    },
  }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  // A loop: every message of every size passes here.
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}

/**
 * Reads one value and refuses every encoding but the deterministic one: what re-encodes to other bytes (map keys
 * out of order, long integers, a shortened float) could give two readers two hashes for one meaning.
 *
 * @throws SottoError `bad_request` for malformed, non-canonical or trailing bytes
 */
export const decodeCanonical = (bytes: Uint8Array): CborValue => {
  const complaint = structureComplaint(bytes)
  if (complaint) throw new SottoError('bad_request', complaint)
  let value: CborValue
  try {
    value = decode(
      bytes,
      bytes.includes(markBytes[0]) ? { ...options, tokenizer: markKeeper(bytes) } : options,
    ) as CborValue
  } catch {
    throw new SottoError('bad_request', 'not deterministic CBOR')
  }
  if (!sameBytes(encodeCanonical(value), bytes)) throw new SottoError('bad_request', 'not deterministic CBOR')
  return value
}

/**
 * What is wrong with the headers in `bytes`, before the recursive decoder sees them: floats, for which a decoder may
 * have several values and an encoder several forms, arrays and maps nested too deeply, and too many values, each of
 * which takes many times the memory of its byte. Walks the headers once,
 * keeping how many items each open array or map still wants.
 */
const structureComplaint = (bytes: Uint8Array): string | undefined => {
  const open: number[] = []
  let at = 0
  let items = 0
  while (at < bytes.length) {
    if (++items > limits.cborItemsMax) return 'too many values'
    const first = bytes[at++] as number
    const major = first >>> 5
    const info = first & 0x1f
    if (major === 7 && info >= 25 && info <= 27) return 'a float'
    let argument = info
    if (info >= 24 && info <= 27) {
      const width = 1 << (info - 24)
      argument = 0
      for (let i = 0; i < width; i++) argument = argument * 256 + (bytes[at++] ?? 0)
    } else if (info > 27) return 'a length that is not known'
    if (major === 2 || major === 3) at += argument
    while (open.at(-1) === 0) open.pop()
    if (open.length > 0) open[open.length - 1] = (open.at(-1) as number) - 1
    if (major === 4 || major === 5) {
      open.push(major === 4 ? argument : argument * 2)
      if (open.length > limits.cborDepthMax) return 'CBOR is nested too deeply'
    }
  }
  return undefined
}
