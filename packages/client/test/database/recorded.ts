import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { schema } from '../../src/database/schema.ts'
import { newestVersion } from '../../src/database/version.ts'

/** The rows of one version, as they were written down when it was made. */
export interface RecordedSchema {
  readonly version: number
  readonly rows: Readonly<Record<string, string>>
}

const file = fileURLToPath(new URL('schema.json', import.meta.url))

export const readRecorded = (): RecordedSchema => JSON.parse(readFileSync(file, 'utf8')) as RecordedSchema

/** The rows as this program writes them. */
export const presentSchema = (): RecordedSchema => ({
  version: newestVersion,
  rows: Object.fromEntries(schema.map(({ key, value }) => [key, value.describe()])),
})

/** Keys whose rows are not what was written down, or are new or gone. */
export const changedRows = (before: RecordedSchema, now: RecordedSchema): readonly string[] => {
  const keys = new Set([...Object.keys(before.rows), ...Object.keys(now.rows)])
  return [...keys].filter((key) => before.rows[key] !== now.rows[key])
}

export const writeRecorded = (recorded: RecordedSchema): void =>
  writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`)
