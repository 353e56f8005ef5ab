import type { Kysely } from 'kysely'
import type { DirectoryStore } from '../../directory/store.ts'
import { translated } from '../failure.ts'
import type { Schema } from '../schema.ts'
import { blockStore } from './blockStore.ts'
import { chainStore } from './chainStore.ts'
import { keyPackageStore } from './keyPackageStore.ts'
import { vaultStore } from './vaultStore.ts'

export const directoryStore = (db: Kysely<Schema>): DirectoryStore =>
  translated({ ...chainStore(db), ...keyPackageStore(db), ...blockStore(db), ...vaultStore(db) })
