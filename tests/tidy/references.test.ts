import { describe, expect, test } from 'vitest'
import { filesOfRepository, readSource } from '../architecture/sources.ts'
import { faultsOf, knownFrom, textsOf } from './references.ts'

const files = filesOfRepository()
const sources = files
  .filter((path) => /\.(?:md|tsx?|mjs|css)$/.test(path) && !path.startsWith('tests/golden/v1/'))
  .map(readSource)
const known = knownFrom(
  sources.filter(({ path }) => path.endsWith('.md')),
  files,
)

describe('what comments, titles of tests and documents refer to', () => {
  test('is in the repository', () => {
    const texts = sources.flatMap(textsOf).join('\n')
    expect(texts.match(/\b[A-Z]+-\d+\b/g)?.length).toBeGreaterThan(500)
    expect(texts.match(/\bdecision \d+/g)?.length).toBeGreaterThan(20)
    expect(sources.flatMap((source) => faultsOf(source, known))).toEqual([])
  })

  test.each([
    ['a file that is gone', 'x.md', 'shown by `tests/journeys/gone.spec.ts`'],
    ['the same in a comment', 'packages/x.ts', ' /* see docs/decisions/0099-gone.md */\n'],
    ['the same behind code', 'packages/x.ts', 'let x = 1 // see docs/decisions/0099-gone.md\n'],
    ['a folder that is gone', 'x.md', 'the files of packages/client/src/gone'],
    ['a file by the end of its path', 'packages/x.ts', '/** What is to be done (`room/gone.ts`). */'],
    ['a page of the root', 'packages/x.ts', '// as in MANIFESTO.md'],
    ['a link', 'docs/x.md', 'as [here](gone.md)'],
    ['an anchor', 'docs/x.md', 'as [here](spec/trust.md#gone)'],
    ['an anchor of the same page', 'README.md', 'as [here](#gone)'],
    ['a decision', 'x.md', 'as of decision 99'],
    ['the last of some decisions', 'x.md', 'decisions 26 to 99'],
    ['a rule', 'packages/x.ts', '/** Sends (SES-NN). */'.replace('NN', '99')],
    ['a rule about commits', 'packages/x.ts', '/** Commits (C9a). */'],
    ['a law', 'packages/x.ts', '// holds by I99'],
    ['an attack', 'packages/x.ts', '/** T-GONE */'],
    ['a number of a page that is not here', 'packages/x.ts', '/** A crash (F9). */'],
    ['a number in the title of a test', 'tests/x.test.ts', "it('F30: comes back', () => {})"],
    ['a section of no standard', 'packages/x.ts', '/** Anchors (protocol §7). */'],
    ['a section alone', 'docs/x.md', 'RFC 9420 says so.\n\nAs in §7.'],
  ])('is missed: %s', (_, path, text) => {
    expect(faultsOf({ path, text }, known)).toHaveLength(1)
  })

  test.each([
    ['packages/x.ts', '/** The nonce of RFC 9180, §5.2; C3a and I8 hold (`room/phase.ts`, decision 47). */'],
    ['packages/mls/src/x.ts', '/** The tree hash (§7.8). */'],
    ['docs/x.md', 'as [here](spec/trust.md#time), in docs/spec and tests/world'],
    ['packages/x.ts', "const text = 'F9 and protocol §7 are no comment'"],
  ])('is found: %s %s', (path, text) => {
    expect(faultsOf({ path, text }, known)).toEqual([])
  })
})
