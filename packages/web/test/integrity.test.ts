import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { withImportMap, withIntegrity } from '../build/integrity.ts'

const bytes = new TextEncoder().encode('content')
const hash = `sha384-${createHash('sha384').update(bytes).digest('base64')}`
const read = () => bytes

test('scripts, style sheets and workers carry the hash of their content', () => {
  expect(withIntegrity('<script type="module" crossorigin src="/assets/a.js"></script>', read)).toBe(
    `<script type="module" crossorigin src="/assets/a.js" integrity="${hash}"></script>`,
  )
  expect(withIntegrity('<link rel="stylesheet" crossorigin href="/a.css">', read)).toContain(hash)
  for (const rel of ['modulepreload', 'sotto-worker'])
    expect(withIntegrity(`<link rel="${rel}" crossorigin href="/b.js">`, read)).toContain(hash)
})

test('an icon needs none', () => {
  expect(withIntegrity('<link rel="icon" href="/icon.svg">', read)).not.toContain('integrity')
})

test('a script without an address ends the build: an inline script is refused by the content policy', () => {
  expect(() => withIntegrity('<script type="module">alert(1)</script>', read)).toThrow(/no address/)
})

test('the import map stands before every script, and within reach of the encoding', () => {
  const page = '<head><meta charset="utf-8" /><script type="module" src="/a.js"></script></head>'
  const html = withImportMap(page, { '/b.js': hash })
  expect(html).toContain(`<script type="importmap">{"integrity":{"/b.js":"${hash}"}}</script>`)
  expect(html.indexOf('importmap')).toBeGreaterThan(html.indexOf('charset'))
  expect(html.indexOf('importmap')).toBeLessThan(html.indexOf('module'))
  expect(() => withImportMap('<head></head>', {})).toThrow(/encoding/)
})
