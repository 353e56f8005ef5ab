import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { numbersDefinedIn } from '../tidy/references.ts'
import { titlesIn } from '../tidy/words.ts'

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
const journeys = readdirSync(new URL('tests/journeys/', root))
  .filter((name) => name.endsWith('.spec.ts'))
  .map((name) => `tests/journeys/${name}`)
const testsUnder = (path: string): readonly string[] =>
  filesUnder(path).filter((name) => name.endsWith('.test.ts'))

test('each number names one rule', () => {
  const twice = rules.filter((rule, at) => rules.indexOf(rule) !== at)
  expect(twice).toEqual([])
  expect(rules.length).toBeGreaterThan(150)
})

/** Every number that a document of the specification defines, however it is laid out. */
const defined = readdirSync(folder)
  .filter((name) => name.endsWith('.md'))
  .flatMap((name) => numbersDefinedIn(readFileSync(new URL(name, folder), 'utf8')))

test('each rule is named by the title of a test, or by the comment right before one', () => {
  const titles = [...testsUnder('packages/'), ...testsUnder('tests/'), ...journeys]
    .flatMap((path) => titlesIn({ path, text: readFileSync(new URL(path, root), 'utf8') }))
    .join('\n')
  const named = new Set(titles.match(/\b[A-Z]+-?\d+[a-z]?\b/g))
  expect(defined.length).toBeGreaterThan(230)
  expect(defined.filter((rule) => !named.has(rule))).toEqual([])
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
