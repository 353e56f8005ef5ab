import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseSync, type TSInterfaceDeclaration, type TSType, Visitor } from 'oxc-parser'
import { expect, it } from 'vitest'
import { migrate } from '../../../packages/server/src/store/migrate.ts'

const store = join(import.meta.dirname, '../../../packages/server/src/store')

/** A column, as `table.column` and whether it can be null. */
type Columns = Readonly<Record<string, boolean>>

const isNullable = (type: TSType | undefined): boolean =>
  type?.type === 'TSUnionType' && type.types.some((one) => one.type === 'TSNullKeyword')

const membersOf = (type: TSType | undefined): readonly (readonly [string, TSType | undefined])[] =>
  type?.type === 'TSTypeLiteral'
    ? type.members.flatMap((member) =>
        member.type === 'TSPropertySignature' && member.key.type === 'Identifier'
          ? [[member.key.name, member.typeAnnotation?.typeAnnotation] as const]
          : [],
      )
    : []

/** The columns of the tables that an interface of Kysely names. */
const typedIn = (file: string): Columns => {
  const tables: TSInterfaceDeclaration[] = []
  const { program } = parseSync(file, readFileSync(join(store, file), 'utf8'))
  new Visitor({ TSInterfaceDeclaration: (node) => void tables.push(node) }).visit(program)
  const columns = tables.flatMap(({ body }) =>
    body.body.flatMap((table) =>
      table.type === 'TSPropertySignature' && table.key.type === 'Identifier'
        ? membersOf(table.typeAnnotation?.typeAnnotation).map(
            ([column, type]) =>
              [`${(table.key as { name: string }).name}.${column}`, isNullable(type)] as const,
          )
        : [],
    ),
  )
  return Object.fromEntries(columns)
}

const columnsThere = async (): Promise<Columns> => {
  const database = new DatabaseSync(':memory:')
  await migrate(database)
  const columns = database
    .prepare(
      `SELECT t.name || '.' || c.name AS name, c."notnull" = 0 AND c.pk = 0 AS nullable
       FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
       WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE 'kysely_%' AND t.name <> 'schema_version'`,
    )
    .all()
  database.close()
  return Object.fromEntries(columns.map(({ name, nullable }) => [String(name), nullable === 1]))
}

/** Columns that came by ALTER TABLE, which SQLite cannot make NOT NULL, and of which every row has a value. */
const alwaysThere = ['accounts.credential', 'released_names.look', 'welcomes.tree_id']

it('the types of the tables are those of the database', async () => {
  const there = await columnsThere()
  for (const column of alwaysThere) expect(there[column], column).toBe(true)
  const wanted = { ...there, ...Object.fromEntries(alwaysThere.map((column) => [column, false])) }
  expect({ ...typedIn('schema.ts'), ...typedIn('openLane/schema.ts') }).toEqual(wanted)
})
