import type { Change, Store } from '../../ports/store.ts'
import { behind, type Bounds, everyReading } from '../readings.ts'
import type { MigrationPage } from '../migrate.ts'

/** What becomes of one row; null: it is in the new form, or in none that is known, and stays as it is. */
export type RewriteRow = (row: {
  readonly key: string
  readonly value: Uint8Array
}) => Promise<Uint8Array | null>

/**
 * A page of a migration that looks at each row of its own. A row that is damaged stays what it is: what that costs, its
 * family says when somebody reads it.
 */
export const rewritePage = async (
  store: Pick<Store, 'range'>,
  { from, to }: Bounds,
  after: string,
  rowsMax: number,
  rewrite: RewriteRow,
): Promise<MigrationPage> => {
  const changes: Change[] = []
  let seen = 0
  const start = after < from ? from : behind(after)
  for await (const reading of everyReading(store, { from: start, to }, rowsMax)) {
    seen += 1
    const value = reading.kind === 'row' ? await rewrite(reading) : null
    if (value) changes.push({ kind: 'put', key: reading.key, value })
    if (seen === rowsMax) return { changes, next: reading.key }
  }
  return { changes, next: null }
}
