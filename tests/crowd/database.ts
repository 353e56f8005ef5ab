import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What a server that has been stopped has stored of the only room that it has. */
export interface Stored {
  readonly commitBytesMax: number
  /** Of the commit behind which two messages stand. */
  readonly removalBytes: number
  readonly logBytes: number
  readonly welcomes: number
  readonly welcomeBytes: number
  readonly treePartsBytes: number
  readonly groupBytes: number
  readonly groupInfoBytes: number
  readonly databaseBytes: number
}

const queries = {
  commitBytesMax: 'select max(length(payload)) from entries',
  removalBytes: 'select length(payload) from entries order by seq desc limit 1 offset 2',
  logBytes: 'select sum(length(payload)) from entries',
  welcomes: 'select count(*) from welcomes',
  welcomeBytes: 'select total(length(welcome)) from welcomes',
  treePartsBytes: 'select total(length(nodes)) from tree_parts',
  groupBytes: 'select length(state) from groups',
  groupInfoBytes: 'select length(group_info) from rooms',
} as const

export const storedIn = (dataDirectory: string): Stored => {
  const path = join(dataDirectory, 'sotto.db')
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const numbers = Object.entries(queries).map(([name, query]) => {
      const [value] = Object.values(database.prepare(query).get() ?? {})
      return [name, Number(value)] as const
    })
    const known = Object.fromEntries(numbers) as Record<keyof typeof queries, number>
    return { ...known, databaseBytes: statSync(path).size }
  } finally {
    database.close()
  }
}
