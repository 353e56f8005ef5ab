import { type CborValue, decodeCanonical, encodeCanonical } from '@sotto/protocol'
import type { Migration } from '../migrate.ts'
import { readableIn } from '../readings.ts'
import { type RewriteRow, rewritePage } from './rewrite.ts'

/** Of the fifth version, as it was written first: the version of the form, parts, and relations. A part is tag and text. */
const draftVersion = 1
const textTag = 0

const rewriteDraft: RewriteRow = async ({ key, value }) => {
  if (!key.endsWith('/draft')) return null
  const draft = readableIn<CborValue>(() => decodeCanonical(value))
  if (typeof draft !== 'string') return null
  return encodeCanonical([draftVersion, draft === '' ? [] : [[textTag, draft]], []])
}

/** Rows of rooms; `0` follows `/`. */
const rooms = { from: 'rooms/', to: 'rooms0' }

export const toVersion5: Migration = {
  to: 5,
  what: 'What is being written in a room is a list of parts and relations: it was one text.',
  page: (store, after, rowsMax) => rewritePage(store, rooms, after, rowsMax, rewriteDraft),
}
