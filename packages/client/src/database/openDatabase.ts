import type { Change, Store } from '../ports/store.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { newestVersion, readVersion, settledAt, versionChange } from './version.ts'

/** Everything in the store: keys are ASCII. */
export const eraseEverything: Change = { kind: 'delete_range', from: '', to: '~' }

/**
 * Makes the rows of a store those that this program knows, before anybody reads one. A store that a newer program has
 * written is left as it is. One that is empty stays so: the first row that comes into it brings the version along.
 *
 * @throws SottoError `storage_newer` {version, known}, `storage_damaged`, `storage_full`
 */
export const openDatabase = async (store: Store): Promise<Store> => {
  const version = await readVersion(store)
  if (version) await migrate(store, version, migrations)
  let isSaid = version !== null
  return {
    ...store,
    commit: async (changes) => {
      if (changes.includes(eraseEverything)) {
        isSaid = false
        return store.commit(changes)
      }
      if (isSaid) return store.commit(changes)
      await store.commit([...changes, versionChange(settledAt(newestVersion))])
      isSaid = true
    },
  }
}
