import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sdkPages } from './sdkPages.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

/** The formatter has the last word about blanks, and about what parts the members of a type. */
const words = (text: string): string =>
  text
    .replace(/-{3,}/g, '---')
    .replace(/;(?=\s)/g, '')
    .replace(/\s+/g, ' ')
    .trim()

const pages = sdkPages()

test.each(pages.map(({ path, text }) => [path, text] as const))(
  '%s says what the source says (node tests/bots/writeSdkPages.ts)',
  (path, text) => {
    expect(words(read(path))).toBe(words(text))
  },
)

test('everything that a program can import of the SDK has its place on a page', () => {
  const all = pages.map(({ text }) => text).join('\n')
  const exported = ['packages/client/src/sdk/index.ts', 'packages/client/src/slash/index.ts'].flatMap(
    (path) =>
      [...read(path).matchAll(/^export (?:type )?\{(?<names>[^}]*)\}/gm)].flatMap(({ groups }) =>
        (groups?.['names'] ?? '')
          .split(',')
          .map((name) => name.replace(/^\s*type\s/, '').trim())
          .filter((name) => name !== ''),
      ),
  )
  expect(exported.length).toBeGreaterThan(25)
  expect(exported.filter((name) => !all.includes(`\n## ${name}\n`))).toEqual([])
})

test('every public function of the SDK has a comment', () => {
  const bare = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/^## (?<name>\w+).*\n\n```ts\n(?<code>[^\n]*)/gm)]
      .filter(({ groups }) => /^\w+\(/.test(groups?.['code'] ?? ''))
      .map(({ groups }) => `${path} ${groups?.['name']}`),
  )
  expect(bare).toEqual([])
})
