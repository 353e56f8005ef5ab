import type { DatabaseSync } from 'node:sqlite'
import { migrate } from '../src/store/migrate.ts'
import { migrations } from '../src/store/migrations/index.ts'
import { openSqlite } from '../src/store/sqliteDatabase.ts'

/** The last number that versions before Kysely's migrator have counted. */
const lastCounted = 22

/** What such a version has noted: it knew numbers, and no names. */
const noteByCount = (database: DatabaseSync, count: number): void => {
  database.exec(`
    DROP TABLE kysely_migration;
    DROP TABLE kysely_migration_lock;
    CREATE TABLE "schema_version" ("version" integer primary key, "name" text not null);
  `)
  const note = database.prepare('INSERT INTO schema_version VALUES (?, ?)')
  for (let version = 1; version <= count; version++) note.run(version, 'of before')
}

/** A database as the last version left it that did not have the migration with this number. */
export const earlierDatabase = async (path: string, number: number): Promise<DatabaseSync> => {
  const database = openSqlite({ path })
  const before = migrations.slice(0, number - 1)
  await migrate(database, before)
  if (before.length <= lastCounted) noteByCount(database, before.length)
  return database
}
