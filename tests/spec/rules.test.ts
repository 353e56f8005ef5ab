import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)
const folder = new URL('docs/spec/', root)

/** Rules of the specification, as often as they are written down: `- **CL-1** …`. */
const rulesIn = (text: string): readonly string[] =>
  [...text.matchAll(/^- \*\*([A-Z]+-?\d*[a-z]?\d*)\*\*/gm)].map(([, name = '']) => name)

const rules = readdirSync(folder)
  .filter((name) => name.endsWith('.md'))
  .flatMap((name) => rulesIn(readFileSync(new URL(name, folder), 'utf8')))

const filesUnder = (path: string): readonly string[] =>
  readdirSync(new URL(path, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:tsx?|md)$/.test(name) && !/(?:^|\/)(?:node_modules|dist|build)\//.test(name))
    .map((name) => `${path}${name}`)
const testsUnder = (path: string): readonly string[] =>
  filesUnder(path).filter((name) => name.endsWith('.test.ts'))

test('each number names one rule', () => {
  const twice = rules.filter((rule, at) => rules.indexOf(rule) !== at)
  expect(twice).toEqual([])
  expect(rules.length).toBeGreaterThan(150)
})

test('a number in the title of a test is that of a rule', () => {
  const families = new Set(rules.filter((rule) => rule.includes('-')).map((rule) => rule.split('-')[0]))
  const unknown = [...testsUnder('packages/'), ...testsUnder('tests/')].flatMap((path) => {
    const titles = readFileSync(new URL(path, root), 'utf8').matchAll(
      /\b(?:it|test|describe)(?:\.\w+)*\(\s*(['"`])(.*?)\1/g,
    )
    return [...titles]
      .flatMap(([, , title = '']) => [...title.matchAll(/\b([A-Z]+)-(\d+[a-z]?)\b/g)])
      .filter(([name, family = '']) => families.has(family) && !rules.includes(name))
      .map(([name]) => `${path}: ${name}`)
  })
  expect(unknown).toEqual([])
})

test('a number that a comment or a document names is that of a rule', () => {
  const families = new Set(rules.filter((rule) => rule.includes('-')).map((rule) => rule.split('-')[0]))
  const texts = [...filesUnder('packages/'), ...filesUnder('tests/'), ...filesUnder('docs/'), 'SECURITY.md']
  const named = texts.flatMap((path) =>
    [...readFileSync(new URL(path, root), 'utf8').matchAll(/\b([A-Z]+)-\d+[a-z]?\b/g)]
      .filter(([, family = '']) => families.has(family))
      .map(([name]) => ({ path, name })),
  )
  expect(named.length).toBeGreaterThan(300)
  expect(named.filter(({ name }) => !rules.includes(name))).toEqual([])
})
