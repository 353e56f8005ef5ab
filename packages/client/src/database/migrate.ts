import type { Change, Store } from '../ports/store.ts'
import { type StoreVersion, versionChange } from './version.ts'

/** Some rows on their way to the next version. */
export interface MigrationPage {
  readonly changes: readonly Change[]
  /** The last key that was looked at; null where nothing comes behind it. */
  readonly next: string | null
}

/** A migration reads; what it writes, `migrate` writes for it. */
export type MigrationStore = Pick<Store, 'get' | 'range'>

/**
 * Leads the rows of one version to the next. It writes nothing itself. What is in the new form already is left as it is:
 * whoever takes the row with the version away gets the same migration once more, and no damage.
 */
export interface Migration {
  readonly to: number
  /** What is stored otherwise from then on, and why. */
  readonly what: string
  /** The first rows behind `after`; `rowsMax` bounds how many are looked at. */
  page(store: MigrationStore, after: string, rowsMax: number): Promise<MigrationPage>
}

/** Rows that are rewritten in one transaction: as many as a large room has parts. */
const rowsPerPage = 512

/**
 * Brings a store to the newest of `migrations`. Each page is one transaction with the place behind it, so that whatever
 * ends the program, the next start goes on from there.
 *
 * @param migrations in the order of their versions
 */
export const migrate = async (
  store: Store,
  from: StoreVersion,
  migrations: readonly Migration[],
  rowsMax = rowsPerPage,
): Promise<void> => {
  let { reached, cursor } = from
  for (const migration of migrations) {
    if (migration.to <= reached) continue
    for (let isThere = false; !isThere;) {
      const { changes, next } = await migration.page(store, cursor, rowsMax)
      isThere = next === null
      if (isThere) reached = migration.to
      cursor = next ?? ''
      await store.commit([...changes, versionChange({ needed: migration.to, reached, cursor })])
    }
  }
}
