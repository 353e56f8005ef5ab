import { existsSync, readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)

interface Row {
  readonly name: string
  readonly done: string
  /** What is written in the last column as code. */
  readonly shownBy: readonly string[]
}

const rows: readonly Row[] = readFileSync(new URL('docs/capabilities.md', root), 'utf8')
  .split('\n')
  .filter((line) => /^\| [A-Z]+\d+ /.test(line))
  .map((line) => {
    const [, name = '', , done = '', , shown = ''] = line.split('|').map((cell) => cell.trim())
    return { name, done, shownBy: [...shown.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code) }
  })

const scripts = Object.keys(
  (JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { scripts: object }).scripts,
)

/** A file of tests, a run that has a script, or what is itself the thing. A folder says too little: half of it may be gone. */
const isThere = (what: string): boolean => {
  const [, script] = /^npm run (\S+)$/.exec(what) ?? []
  if (script !== undefined) return scripts.includes(script)
  const url = new URL(what, root)
  if (!existsSync(url) || !statSync(url).isFile()) return false
  return (
    /\.(?:test|spec)\.tsx?$/.test(what) || ['.ci/run', 'README.md', 'tests/tidy/limits.ts'].includes(what)
  )
}

test('each capability that is there names what shows it, and that is there', () => {
  expect(rows.length).toBeGreaterThan(80)
  const bare = rows.filter(({ done, shownBy }) => done === 'yes' && shownBy.length === 0)
  expect(bare.map(({ name }) => name)).toEqual([])
  const gone = rows.flatMap(({ name, shownBy }) =>
    shownBy.filter((what) => !isThere(what)).map((what) => `${name}: ${what}`),
  )
  expect(gone).toEqual([])
})
