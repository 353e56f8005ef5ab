import { type CborValue, decodeCanonical, encodeCanonical } from '@sotto/protocol'
import type { Store } from '../../ports/store.ts'
import type { Migration } from '../migrate.ts'
import { readableAt } from '../readings.ts'
import { type RewriteRow, rewritePage } from './rewrite.ts'

/** Tags of the first version, as it wrote them. */
const invitedTag = 1
const removed: CborValue = [5]
const absentTag = 6
/** Of `[1, inviter, time, before, entry]`, the earliest programs wrote three and later ones four. */
const invitedFields = 5
/** `[kind, counter, message, hash, attachment, epoch, intents, events]`, then the metadata where there are any. */
const pendingFieldsWithoutMeta = 8
const intentsAt = 6
const memberCountAt = 1

const arrayIn = (stored: Uint8Array | undefined): readonly CborValue[] | null => {
  if (!stored) return null
  try {
    const value = decodeCanonical(stored)
    return Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

/** Programs that wrote nothing of what a room was before its invitation had kept only rooms that ended in a removal. */
const wasRemoved = async (store: Pick<Store, 'get'>, phaseKey: string): Promise<boolean> => {
  const face = arrayIn(await readableAt(store, phaseKey.replace(/phase$/, 'face')))
  const count = face?.[memberCountAt]
  return typeof count === 'number' && count > 0
}

const rewritePhase = async (
  store: Pick<Store, 'get'>,
  key: string,
  value: Uint8Array,
): Promise<Uint8Array | null> => {
  const phase = arrayIn(value)
  if (!phase || phase[0] !== invitedTag || phase.length < 3 || phase.length > invitedFields) return null
  const [tag, inviter, timeMs, said = [absentTag], entry = null] = phase as CborValue[]
  const isUnknown = Array.isArray(said) && said[0] === absentTag
  const before = isUnknown && (await wasRemoved(store, key)) ? removed : said
  if (phase.length === invitedFields && before === said) return null
  return encodeCanonical([tag, inviter, timeMs, before, entry] as readonly CborValue[])
}

/** One intent stood for itself and none was null; now they are a list. Metadata that there are none of are null. */
const rewritePending = (value: Uint8Array): Uint8Array | null => {
  const pending = arrayIn(value)
  if (!pending || pending.length < pendingFieldsWithoutMeta || pending.length > pendingFieldsWithoutMeta + 1)
    return null
  const intents = pending[intentsAt] as CborValue
  const isList = Array.isArray(intents)
  if (isList && pending.length > pendingFieldsWithoutMeta) return null
  const listed: CborValue = isList ? intents : intents === null ? [] : [intents]
  const meta = pending[pendingFieldsWithoutMeta] ?? null
  return encodeCanonical([
    ...pending.slice(0, intentsAt),
    listed,
    ...pending.slice(intentsAt + 1, pendingFieldsWithoutMeta),
    meta,
  ])
}

const rewriteRoomRow =
  (store: Pick<Store, 'get'>): RewriteRow =>
  async ({ key, value }) => {
    if (key.endsWith('/phase')) return rewritePhase(store, key, value)
    return key.endsWith('/pending') ? rewritePending(value) : null
  }

/** Rows of rooms; `0` follows `/`. */
const rooms = { from: 'rooms/', to: 'rooms0' }

export const toVersion2: Migration = {
  to: 2,
  what: 'Invitations and commits that are under way are written in one form: nothing is left out at their end.',
  page: (store, after, rowsMax) => rewritePage(store, rooms, after, rowsMax, rewriteRoomRow(store)),
}
