import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
const chanceOf = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Column {
  readonly name: string
  readonly type: string
  readonly notnull: number
  readonly pk: number
}

interface Reference {
  readonly id: number
  readonly table: string
  readonly from: string
  readonly to: string
}

type Row = Record<string, SQLInputValue>

const columnsOf = (database: DatabaseSync, table: string): readonly Column[] =>
  database
    .prepare(`SELECT name, lower(type) AS type, "notnull", pk FROM pragma_table_info(?)`)
    .all(table) as unknown as Column[]

/** The references of a table, those of several columns together. */
const referencesOf = (database: DatabaseSync, table: string): readonly (readonly Reference[])[] => {
  const all = database
    .prepare(`SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?)`)
    .all(table) as unknown as Reference[]
  return [...Map.groupBy(all, ({ id }) => id).values()]
}

/** Tables after those that they refer to. */
const tablesOf = (database: DatabaseSync): readonly string[] => {
  const names = database
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'kysely_%'
       AND name NOT IN ('schema_version', 'clock', 'identity', 'open_room') ORDER BY name`,
    )
    .all()
    .map(({ name }) => String(name))
  const sorted: string[] = []
  const visit = (table: string): void => {
    if (sorted.includes(table)) return
    for (const [reference] of referencesOf(database, table))
      if (reference && reference.table !== table) visit(reference.table)
    sorted.push(table)
  }
  for (const name of names) visit(name)
  return sorted
}

/** Fills every table with rows that hold by its columns and references, and mean nothing. */
export const fillWithRows = (database: DatabaseSync, seed: number, rowsMax = 6): void => {
  const chance = chanceOf(seed)
  const below = (bound: number): number => Math.floor(chance() * bound)
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => below(256))
  const valueOf = ({ type, pk }: Column, number: number): SQLInputValue => {
    switch (type) {
      case 'integer':
        return pk > 0 ? number + 1 : below(5)
      case 'text':
        return `name${number}${String.fromCodePoint(0x41 + below(26), 0x430 + below(30))}${below(1000)}`
      default:
        return bytes(1 + below(40))
    }
  }
  const pick = (table: string): Row | undefined => {
    const rows = database.prepare(`SELECT * FROM "${table}"`).all() as Row[]
    return rows[below(rows.length)]
  }
  const fill = (table: string): void => {
    const columns = columnsOf(database, table)
    for (let number = 0; number < 1 + below(rowsMax); number++) {
      const row: Row = {}
      for (const column of columns)
        row[column.name] =
          column.notnull === 0 && column.pk === 0 && chance() < 0.3 ? null : valueOf(column, number)
      for (const group of referencesOf(database, table)) {
        const [first] = group
        const target = first && first.table !== table ? pick(first.table) : undefined
        for (const { from, to } of group) row[from] = target?.[to] ?? null
      }
      const names = Object.keys(row)
      // A row that is there already, or that nothing is there for, is left out.
      database
        .prepare(
          `INSERT OR IGNORE INTO "${table}" (${names.map((name) => `"${name}"`).join(', ')})
           VALUES (${names.map(() => '?').join(', ')})`,
        )
        .run(...Object.values(row))
    }
  }
  database.exec('BEGIN')
  for (const table of tablesOf(database)) fill(table)
  database.exec('COMMIT')
}
