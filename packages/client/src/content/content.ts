import { type CborValue, decodeCanonical, SottoError } from '@sotto/protocol'
import type { Draft } from '../draft/draft.ts'
import type { Encode } from './contentType.ts'
import { contentTypeOf, contentTypes, type KnownContent } from './registry.ts'

/**
 * What members say to each other (docs/spec/protocol.md, "Content"): a map whose `t` names its type. Every content carries a fresh salt,
 * so that two equal texts have different hashes. A type that this version does not know is kept as it came and shown
 * as unsupported: a later version reads it from the same bytes.
 */
export type Content =
  | KnownContent
  | { readonly kind: 'unsupported'; readonly type: string; readonly writtenMs: number }

/** A content in the bytes that name it, and what it says: decoded once, where it comes in. */
export interface ReadContent {
  readonly bytes: Uint8Array
  readonly content: Content
}

const saltBytes = 16
const typeCharactersMax = 32

type ContentMap = { readonly [key: string]: CborValue }

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
  const { t: type, salt, ts: writtenMs, ...fields } = map
  if (typeof type !== 'string' || type.length > typeCharactersMax)
    throw new SottoError('bad_request', 'content has a type')
  if (!(salt instanceof Uint8Array) || salt.length !== saltBytes)
    throw new SottoError('bad_request', 'content has a salt')
  if (typeof writtenMs !== 'number' || !Number.isSafeInteger(writtenMs) || writtenMs < 0)
    throw new SottoError('bad_request', 'content has a time')
  const known = contentTypeOf(type)?.read(fields, writtenMs) as KnownContent | undefined
  return known ?? { kind: 'unsupported', type, writtenMs }
}

/** @throws SottoError `bad_request` when it is no content at all */
export const readContent = (bytes: Uint8Array): ReadContent => ({ bytes, content: decodeContent(bytes) })

/** One line for a content; for one of a later version, what stands in its place. */
export const summaryOf = (content: Content): string =>
  content.kind === 'unsupported'
    ? `[${content.type}: this version cannot show it]`
    : (contentTypeOf(content.kind)?.summary(content) ?? '')

/** Whether people are to see it: clients tell each other things, too. */
export const isForPeople = (content: Content): boolean => contentTypeOf(content.kind)?.isHidden !== true

/** What a draft becomes when it is said. @throws SottoError `unsupported` where no type of content says all of it */
export const encodeDraft = (draft: Draft, ...[salt, writtenMs]: Parameters<Encode>): Uint8Array => {
  for (const { drafted } of contentTypes) {
    const encode = drafted?.(draft)
    if (encode) return encode(salt, writtenMs)
  }
  throw new SottoError('unsupported', 'no content has all these parts')
}
