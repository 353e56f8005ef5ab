import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { migrate } from '../../../packages/server/src/store/migrate.ts'
import { migrations } from '../../../packages/server/src/store/migrations/index.ts'
import type { Migration } from '../../../packages/server/src/store/migrations/migration.ts'
import { encodedForms, payloadForms } from './columns.ts'

/** The schema to which migrations lead, and SQL after them, one statement a line, by table and name. */
export const schemaAfter = async (steps: readonly Migration[], afterwards = ''): Promise<string> => {
  const database = new DatabaseSync(':memory:')
  await migrate(database, steps)
  database.exec(afterwards)
  const statements = database
    .prepare(
      `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type DESC, name`,
    )
    .all()
    .map(({ sql }) => `${String(sql).replace(/\s+/g, ' ').trim()};\n`)
  database.close()
  return statements.join('')
}

/** What stands in the columns of the newest schema that hold something encoded. */
const formsNow = (): string =>
  Object.entries({ ...encodedForms, ...payloadForms })
    .map(([column, { form }]) => `-- ${column}: ${form()}\n`)
    .join('')

export const hashOf = (schema: string): string => createHash('sha256').update(schema).digest('hex')

const pathOf = (name: string): string => join(import.meta.dirname, `${name}.sql`)
const landedPath = join(import.meta.dirname, 'landed.json')

/** By the name of each migration that has landed, the hash of the schema to which it leads. */
export const landed = (): Readonly<Record<string, string>> =>
  existsSync(landedPath) ? (JSON.parse(readFileSync(landedPath, 'utf8')) as Record<string, string>) : {}

export const newest = (): string => String(migrations.at(-1)?.name)

/** Every schema that is written down, by the name of the migration that leads to it, without the forms. */
export const schemasRecorded = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(import.meta.dirname)
      .filter((file) => file.endsWith('.sql'))
      .map((file) => [
        file.slice(0, -'.sql'.length),
        String(readFileSync(join(import.meta.dirname, file), 'utf8').split('\n\n')[0]).trimEnd() + '\n',
      ]),
  )

/** The newest schema and what stands in it, as the code has them now. */
export const present = async (): Promise<string> => `${await schemaAfter(migrations)}\n${formsNow()}`

/** The same as it was when its newest migration landed; undefined for one that has not. */
export const recorded = (): string | undefined => {
  const path = pathOf(newest())
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

/** Notes what has not landed yet. What has landed is not written again. */
export const record = async (): Promise<void> => {
  const noted = { ...landed() }
  for (const [at, { name }] of migrations.entries())
    noted[name] ??= hashOf(await schemaAfter(migrations.slice(0, at + 1)))
  writeFileSync(landedPath, `${JSON.stringify(noted, null, 2)}\n`)
  const path = pathOf(newest())
  if (!existsSync(path)) writeFileSync(path, await present())
}
