import { type CborValue, decodeCanonical, encodeCanonical, limits, SottoError } from '@sotto/protocol'

/**
 * What members say to each other (protocol §11): a map whose `t` names its type. Every content carries a fresh salt,
 * so that two equal texts have different hashes. A type that this version does not know is kept as it came and shown
 * as unsupported: a later version reads it from the same bytes.
 */
export type Content =
  | { readonly kind: 'text'; readonly text: string; readonly writtenMs: number }
  /** Keys of a hook, which members tell each other; nothing to show. */
  | { readonly kind: 'hook_keys'; readonly keys: Uint8Array; readonly writtenMs: number }
  | { readonly kind: 'unsupported'; readonly type: string; readonly writtenMs: number }

const saltBytes = 16
const typeCharactersMax = 32

/** @throws SottoError `too_large` when the text has more than `limits.textBytesMax` bytes, `bad_request` when it is not well-formed Unicode */
export const encodeText = (text: string, salt: Uint8Array, writtenMs: number): Uint8Array => {
  if (!text.isWellFormed()) throw new SottoError('bad_request', 'text is not well-formed Unicode')
  const bytes = encodeCanonical({ t: 'text', salt, ts: writtenMs, md: text })
  if (bytes.length > limits.textBytesMax + overheadBytesMax) throw new SottoError('too_large')
  return bytes
}

/** What the map needs beside the text itself: keys, salt, time, lengths. */
const overheadBytesMax = 64

type ContentMap = { readonly [key: string]: CborValue }

export const encodeHookKeys = (keys: Uint8Array, salt: Uint8Array, writtenMs: number): Uint8Array =>
  encodeCanonical({ t: 'hook_keys', salt, ts: writtenMs, keys })

const isMap = (value: CborValue): value is ContentMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)

/**
 * Reads what another member wrote.
 *
 * @throws SottoError `bad_request` when it is no content at all; a known type with unknown fields is read, for
 * fields may be added
 */
export const decodeContent = (bytes: Uint8Array): Content => {
  const map = decodeCanonical(bytes)
  if (!isMap(map)) throw new SottoError('bad_request', 'content is a map')
  const {
    t: type,
    salt,
    ts: writtenMs,
    md,
    keys,
  } = map as ContentMap & Record<'t' | 'salt' | 'ts' | 'md' | 'keys', CborValue>
  if (typeof type !== 'string' || type.length > typeCharactersMax)
    throw new SottoError('bad_request', 'content has a type')
  if (!(salt instanceof Uint8Array) || salt.length !== saltBytes)
    throw new SottoError('bad_request', 'content has a salt')
  if (typeof writtenMs !== 'number' || !Number.isSafeInteger(writtenMs) || writtenMs < 0)
    throw new SottoError('bad_request', 'content has a time')
  if (type === 'hook_keys' && keys instanceof Uint8Array) return { kind: 'hook_keys', keys, writtenMs }
  return type === 'text' && typeof md === 'string' && md.isWellFormed()
    ? { kind: 'text', text: md, writtenMs }
    : { kind: 'unsupported', type, writtenMs }
}
