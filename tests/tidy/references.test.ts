import { describe, expect, test } from 'vitest'
import { filesOfRepository, readSource, type Source } from '../architecture/sources.ts'

const files = filesOfRepository()
const known = new Set(files)
const isDocument = (path: string): boolean => path.endsWith('.md')
const sources = files.filter((path) => /\.(?:md|tsx?|mjs|css)$/.test(path)).map(readSource)

/** What is said about the program, and is not program: documents whole, of code its comments. */
const wordsIn = ({ path, text }: Source): string =>
  isDocument(path)
    ? text
    : text
        .split('\n')
        .filter((line) => /^\s*(?:\/?\*|\/\/)/.test(line))
        .join('\n')

/** Names of files, from the root. A name in capitals stands for any. */
const placesIn = (text: string): readonly string[] =>
  (
    text.match(
      /(?<![\w./-])(?:bench|docs|examples|packages|tests|tools)\/[\w./-]*\.(?:tsx?|mjs|md|py|json)\b/g,
    ) ?? []
  ).filter((place) => !/\b[A-Z]+\.\w+$/.test(place) || known.has(place))

const decisionsIn = (text: string): readonly string[] =>
  [...text.matchAll(/\bdecisions? (\d+)(?:(?:, \d+)* (?:and|to) (\d+))?\b/gi)].flatMap(([, first, last]) =>
    [first, last].filter((number) => number !== undefined),
  )

const decisions = new Set(files.flatMap((path) => /^docs\/decisions\/0*(\d+)-/.exec(path)?.slice(1, 2) ?? []))

/** What a text names and the repository does not have. */
const faultsOf = (source: Source): readonly string[] => {
  const words = wordsIn(source)
  return [
    ...placesIn(words).filter((place) => !known.has(place)),
    ...decisionsIn(words).flatMap((number) => (decisions.has(number) ? [] : [`decision ${number}`])),
  ].map((what) => `${source.path}: ${what}`)
}

describe('what comments and documents name', () => {
  test('is there', () => {
    expect(sources.flatMap((source) => placesIn(wordsIn(source))).length).toBeGreaterThan(150)
    expect(sources.flatMap((source) => decisionsIn(wordsIn(source))).length).toBeGreaterThan(20)
    expect(sources.flatMap(faultsOf)).toEqual([])
  })

  test.each([
    ['a file that is gone', 'x.md', 'shown by `tests/journeys/gone.spec.ts`'],
    ['the same in a comment', 'packages/x.ts', ' * see docs/decisions/0099-gone.md\n'],
    ['a decision', 'x.md', 'as of decision 99'],
    ['the last of some decisions', 'x.md', 'decisions 26 to 99'],
  ])('is missed: %s', (_, path, text) => {
    expect(faultsOf({ path, text })).toHaveLength(1)
  })
})
