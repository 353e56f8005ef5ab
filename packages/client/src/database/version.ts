import { type CborValue, decodeCanonical, encodeCanonical, SottoError } from '@sotto/protocol'
import type { Change, Store } from '../ports/store.ts'

/** The version of the rows that this program reads and writes: `schema.ts` describes them, `migrations/` lead to it. */
export const newestVersion = 5

/** What a store says of its own rows. */
export interface StoreVersion {
  /** The version that a program has to know to use the store. */
  readonly needed: number
  /** All rows are in this version at least; less than `needed` while a migration is under way. */
  readonly reached: number
  /** The key behind which the migration that is under way goes on; empty before its first page. */
  readonly cursor: string
}

/** Sealed like every row: whoever has the disk cannot write a version that suits them, only take the row away. */
export const versionKey = 'schema'

/** Stores of the first version do not say so: there was no other. */
export const firstVersion: StoreVersion = { needed: 1, reached: 1, cursor: '' }

export const settledAt = (version: number): StoreVersion => ({
  needed: version,
  reached: version,
  cursor: '',
})

const isVersion = (value: CborValue | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 1

const damaged = (): SottoError =>
  new SottoError('storage_damaged', 'the version of the store cannot be read', { row: versionKey })

const arrayIn = (stored: Uint8Array): readonly CborValue[] => {
  try {
    const value = decodeCanonical(stored)
    if (Array.isArray(value)) return value
  } catch {
    // Said below.
  }
  throw damaged()
}

/**
 * `[needed, reached, cursor]`. The first place keeps its meaning for ever: of what a newer program has written, no more is
 * read than that it is newer.
 *
 * @throws SottoError `storage_damaged`, `storage_newer`
 */
export const decodeVersion = (stored: Uint8Array, newest: number = newestVersion): StoreVersion => {
  const [needed, reached, cursor, ...more] = arrayIn(stored)
  if (!isVersion(needed)) throw damaged()
  if (needed > newest) throw new SottoError('storage_newer', undefined, { version: needed, known: newest })
  if (!isVersion(reached) || reached > needed || typeof cursor !== 'string' || more.length > 0)
    throw damaged()
  return { needed, reached, cursor }
}

export const versionChange = ({ needed, reached, cursor }: StoreVersion): Change => ({
  kind: 'put',
  key: versionKey,
  value: encodeCanonical([needed, reached, cursor]),
})

const isEmpty = async (store: Pick<Store, 'range'>): Promise<boolean> =>
  (await store.range('', '~', { limit: 1 })).length === 0

/** Null for a store that nothing was ever written to. @throws SottoError `storage_damaged`, `storage_newer` */
export const readVersion = async (
  store: Pick<Store, 'get' | 'range'>,
  newest?: number,
): Promise<StoreVersion | null> => {
  const stored = await store.get(versionKey)
  if (stored) return decodeVersion(stored, newest)
  return (await isEmpty(store)) ? null : firstVersion
}
