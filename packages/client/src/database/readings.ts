import { SottoError } from '@sotto/protocol'
import type { RangeOptions, Row, Store } from '../ports/store.ts'

/** The next key there can be: keys are ordered by their code units. */
export const behind = (key: string): string => `${key}\u0000`

/** A row, or the key of one whose value does not open: it was changed on the disk, or moved. */
export type Reading =
  | { readonly kind: 'row'; readonly key: string; readonly value: Uint8Array }
  | { readonly kind: 'damaged'; readonly key: string }

export interface Bounds {
  readonly from: string
  readonly to: string
}

/** Which row a store could not read. */
export const damagedKeyOf = (error: unknown): string | undefined => {
  if (!(error instanceof SottoError) || error.code !== 'storage_damaged') return undefined
  const { row } = error.detail
  return typeof row === 'string' ? row : undefined
}

const ofValue: ReadonlySet<string> = new Set(['bad_request', 'too_large', 'storage_damaged'])

/** What a value holds; undefined where it is not what its family writes. */
export const readableIn = <T>(reader: () => T): T | undefined => {
  try {
    return reader()
  } catch (error) {
    if (error instanceof SottoError && ofValue.has(error.code)) return undefined
    throw error
  }
}

/** The value of a key; undefined where there is none, or none that can be read: for rows that can be done without. */
export const readableAt = async (store: Pick<Store, 'get'>, key: string): Promise<Uint8Array | undefined> => {
  try {
    return await store.get(key)
  } catch (error) {
    if (damagedKeyOf(error) === key) return undefined
    throw error
  }
}

const rowsPerReading = 500

const intact = ({ key, value }: Row): Reading => ({ kind: 'row', key, value })

/** Rows from one end of the bounds, at most as many as `limit`; where one of them is damaged, those up to it and it. */
const somePage = async (
  store: Pick<Store, 'range'>,
  { from, to }: Bounds,
  { limit, direction = 'up' }: RangeOptions,
): Promise<readonly Reading[]> => {
  try {
    return (await store.range(from, to, { limit, direction })).map(intact)
  } catch (error) {
    const key = damagedKeyOf(error)
    if (key === undefined || key < from || key >= to) throw error
    const nearer = direction === 'up' ? { from, to: key } : { from: behind(key), to }
    const before = nearer.from < nearer.to ? await somePage(store, nearer, { limit, direction }) : []
    return before.length < limit ? [...before, { kind: 'damaged', key }] : before
  }
}

/** The first rows from one end of the bounds, also those that are damaged. */
export const firstReadings = async (
  store: Pick<Store, 'range'>,
  { from, to }: Bounds,
  { limit, direction = 'up' }: RangeOptions,
): Promise<readonly Reading[]> => {
  const found: Reading[] = []
  for (let rest = { from, to }; found.length < limit && rest.from < rest.to;) {
    const wanted = limit - found.length
    const page = await somePage(store, rest, { limit: wanted, direction })
    found.push(...page)
    const last = page.at(-1)
    if (!last || (last.kind === 'row' && page.length < wanted)) break
    rest = direction === 'up' ? { from: behind(last.key), to } : { from, to: last.key }
  }
  return found
}

/**
 * Every row within the bounds, a page at a time, also those that are damaged: one of them costs itself and not the whole
 * page.
 */
export async function* everyReading(
  store: Pick<Store, 'range'>,
  { from, to }: Bounds,
  limit = rowsPerReading,
): AsyncGenerator<Reading, void, void> {
  for (let start = from; ;) {
    const page = await firstReadings(store, { from: start, to }, { limit })
    yield* page
    const last = page.at(-1)
    if (!last || page.length < limit) return
    start = behind(last.key)
  }
}

/** The rows within the bounds that can be read. */
export const readableRows = async (store: Pick<Store, 'range'>, bounds: Bounds): Promise<readonly Row[]> => {
  const rows: Row[] = []
  for await (const reading of everyReading(store, bounds))
    if (reading.kind === 'row') rows.push({ key: reading.key, value: reading.value })
  return rows
}
