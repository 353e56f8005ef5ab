import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const folder = new URL('../src/', import.meta.url)

/** What is written into a statement as it is, in place of being bound to it. */
const pasted = /\bsql\.(?:raw|lit|id|ref|table)\(([^)]*)\)/g

/** The types of columns, which migrations name, a number of ours, and one of two words. */
const ours = new Set([
  'types.bytes',
  'types.integer',
  'integer',
  'dayMs',
  "`PRAGMA wal_checkpoint(${rest === 'kept' ? 'PASSIVE' : 'TRUNCATE'}",
])

it('statements have no value of anybody’s pasted into them: each is bound', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  const found = files.flatMap((name) =>
    [...readFileSync(new URL(name, folder), 'utf8').matchAll(pasted)].map(([, what = '']) => ({
      name,
      what,
    })),
  )
  expect(found.length).toBeGreaterThan(0)
  expect(found.filter(({ what }) => !ours.has(what))).toEqual([])
})
