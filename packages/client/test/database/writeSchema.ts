import { existsSync } from 'node:fs'
import { changedRows, presentSchema, readRecorded, writeRecorded } from './recorded.ts'

/** Writes down the rows of a new version: node packages/client/test/database/writeSchema.ts */
const isFirst = !existsSync(new URL('schema.json', import.meta.url))
const now = presentSchema()
const before = isFirst ? { version: 0, rows: {} } : readRecorded()
const changed = changedRows(before, now)
if (changed.length > 0 && now.version <= before.version) {
  console.error(
    `These rows are written otherwise, and the version is still ${now.version}: ${changed.join(', ')}`,
  )
  process.exit(1)
}
writeRecorded(now)
