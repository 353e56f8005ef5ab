import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { decodeEntry, entryKinds } from '@sotto/protocol'
import { migrate } from '../../../packages/server/src/store/migrate.ts'
import { migrations } from '../../../packages/server/src/store/migrations/index.ts'
import { copyGolden, goldenVersions } from '../place.ts'
import { type Encoded, encodedForms, payloadForms, plainColumns } from './columns.ts'
import { hashOf, landed, newest, present, recorded, schemaAfter, schemasRecorded } from './snapshot.ts'

const whatToDo = `
What the server stores is not what was written down for its newest migration. Data that are out there have the old form:
  1. write packages/server/src/store/migrations/NNNN-what-changes.ts with the next number, and add it to index.ts there;
     where only a form changes, it rewrites the rows, or does nothing where the old form can still be read
  2. leave every migration that has landed as it is
  3. node tests/golden/schema/writeSnapshot.ts, and commit what it writes
`

const newestDatabase = async (): Promise<DatabaseSync> => {
  const database = new DatabaseSync(':memory:')
  await migrate(database)
  return database
}

/** Columns of text and bytes, and those that can hold more than a number. */
const columnsIn = (database: DatabaseSync): readonly string[] =>
  database
    .prepare(
      `SELECT t.name || '.' || c.name AS name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
       WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE 'kysely_%' AND lower(c.type) <> 'integer'`,
    )
    .all()
    .map(({ name }) => String(name))

const valuesOf = (database: DatabaseSync, column: string): readonly unknown[] => {
  const [table, name] = column.split('.')
  return database
    .prepare(`SELECT "${name}" AS value FROM "${table}" WHERE "${name}" IS NOT NULL`)
    .all()
    .map(({ value }) => value)
}

/** Payloads in the log that the server has made, with their form. */
const ownPayloads = (database: DatabaseSync): readonly (readonly [Encoded | undefined, unknown])[] =>
  database
    .prepare('SELECT entry, payload FROM entries WHERE payload IS NOT NULL')
    .all()
    .flatMap(({ entry, payload }) => {
      switch (decodeEntry(entry as Uint8Array).kind) {
        case entryKinds.hook:
          return [[payloadForms['entries.payload of a hook'], payload] as const]
        case entryKinds.nack:
          return [[payloadForms['entries.payload of a nack'], payload] as const]
        default:
          return []
      }
    })

describe('what the server stores', () => {
  it('changes with a migration, and not without', async () => {
    expect(recorded(), `${newest()} has not been written down yet.${whatToDo}`).toBeDefined()
    expect(await present(), whatToDo).toBe(recorded())
  })

  it('is brought about by migrations that have not been changed since they landed', async () => {
    const now: Record<string, string> = {}
    for (const [at, { name }] of migrations.entries())
      now[name] = hashOf(await schemaAfter(migrations.slice(0, at + 1)))
    expect(now, whatToDo).toEqual(landed())
  })

  it('stands in the texts that are kept as it stood then', () => {
    const schemas = Object.entries(schemasRecorded())
    expect(schemas.length).toBeGreaterThan(1)
    for (const [name, schema] of schemas) expect(hashOf(schema), name).toBe(landed()[name])
  })

  it('is known column by column: what is encoded has a form that is watched', async () => {
    const database = await newestDatabase()
    const known = [...plainColumns, ...Object.keys(encodedForms)]
    expect(known.toSorted()).toEqual(columnsIn(database).toSorted())
    database.close()
  })

  it.each(goldenVersions)('is written as the rows of release %s are', async (version) => {
    const copy = copyGolden(version)
    const database = new DatabaseSync(join(copy.data, 'sotto.db'))
    await migrate(database)
    for (const [column, { rewritten }] of Object.entries(encodedForms)) {
      const values = valuesOf(database, column)
      expect(values.length, column).toBeGreaterThan(0)
      for (const value of values) expect(rewritten(value), column).toEqual(value)
    }
    const payloads = ownPayloads(database)
    expect(payloads.length).toBeGreaterThan(0)
    for (const [form, payload] of payloads) expect(form?.rewritten(payload)).toEqual(payload)
    database.close()
    copy.remove()
  })
})

describe('a change is found', () => {
  const changes: readonly (readonly [what: string, sql: string])[] = [
    ['a column more', 'ALTER TABLE rooms ADD COLUMN colour text'],
    ['a column less', 'ALTER TABLE rooms DROP COLUMN meta_epoch'],
    ['an index less', 'DROP INDEX accounts_by_time'],
    ['a table more', 'CREATE TABLE plans (id integer)'],
    ['a default', 'ALTER TABLE heads ADD COLUMN x integer NOT NULL DEFAULT 1'],
  ]

  it.each(changes)('%s', async (_what, sql) => {
    const schema = await schemaAfter(migrations, sql)
    expect(hashOf(schema)).not.toBe(landed()[newest()])
  })
})
