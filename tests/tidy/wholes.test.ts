import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

/**
 * Where a part of what a store has is asked for, and why that is what is wanted. Everything else reads the whole of it, with
 * `everyReading`: one page that is taken for the whole is right in every test and wrong for whoever has a little more.
 */
const partsWanted: Readonly<Record<string, string>> = {
  'database/migrations/toVersion3.ts': 'one transaction of a migration; the next goes on behind it',
  'database/readings.ts': 'reads on behind a damaged row, and hands on what it is asked for',
  'database/version.ts': 'whether there is any row at all',
  'timeline/pages.ts': 'reads on until a page is full, and says whether there is more',
  'sealedStore.ts': 'hands on what it is asked for',
  'account/gate.ts': 'hands on what it is asked for',
}

describe('a page', () => {
  it('is taken for the whole nowhere', async () => {
    const root = fileURLToPath(new URL('../../packages/client/src', import.meta.url))
    const found: string[] = []
    for await (const file of glob('**/*.ts', { cwd: root }))
      if (/\.range\(|firstReadings\(/.test(readFileSync(`${root}/${file}`, 'utf8'))) found.push(file)
    expect(found.toSorted()).toEqual(Object.keys(partsWanted).toSorted())
  })
})
