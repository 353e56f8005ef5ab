import { describe, expect, test } from 'vitest'
import { filesOfRepository, readSource } from '../architecture/sources.ts'
import { dependencyFaults, wantedBy } from './dependencies.ts'
import {
  type Habit,
  habits,
  isAtHomeAnywhere,
  isFinished,
  isNamed,
  isPatient,
  isReal,
  isRun,
  isShort,
  isStrippable,
  linesMax,
  longFiles,
} from './habits.ts'

const isText = (path: string): boolean =>
  /\.(?:tsx?|mjs|js|json|jsonc|md|css|html|py|sh|yml|yaml|svg|txt)$/.test(path) || !/\.[a-z0-9]+$/i.test(path)

const files = filesOfRepository()
/** The habits themselves name what they look for. */
const own = /^tests\/tidy\//
const sources = files.filter((path) => isText(path) && !own.test(path)).map(readSource)

describe('the repository', () => {
  test('is tidy', () => {
    expect(sources.length).toBeGreaterThan(300)
    expect(sources.flatMap((source) => habits.flatMap((habit) => habit(source)))).toEqual([])
  })

  test('lists no file as long that is not, or is gone', () => {
    const idle = Object.keys(longFiles).filter((path) => {
      const found = sources.find((source) => source.path === path)
      return !found || found.text.split('\n').length - 1 <= linesMax
    })
    expect(idle).toEqual([])
  })

  test('answers for each of its dependencies, and pins it', () => {
    const manifests = files.filter((path) =>
      /^(?:packages\/[^/]+\/|tests\/|bench\/|examples\/|tools\/runtime\/)?package\.json$/.test(path),
    )
    const wanted = manifests
      .flatMap((path) => wantedBy(readSource(path).text))
      .filter(({ name }) => !name.startsWith('@sotto/'))
    expect(wanted.length).toBeGreaterThan(30)
    expect(dependencyFaults(wanted, readSource('docs/dependencies.md').text)).toEqual([])
  })

  test('numbers its decisions without gap or repetition', () => {
    const numbers = files.flatMap((path) => /^docs\/decisions\/(\d{4})-/.exec(path)?.[1] ?? [])
    expect(numbers.map(Number).toSorted((a, b) => a - b)).toEqual(numbers.map((_, at) => at + 1))
  })
})

describe('what is not tidy is found', () => {
  const complaints = (habit: Habit, path: string, text: string): number => habit({ path, text }).length
  const cases: readonly (readonly [what: string, habit: Habit, path: string, bad: string, fine: string])[] = [
    ['a long file', isShort, 'packages/mls/src/x.ts', 'x\n'.repeat(501), 'x\n'.repeat(500)],
    ['something unfinished', isFinished, 'packages/mls/src/x.ts', '// TODO later', '// A to-do list.'],
    ['a test that runs alone', isRun, 'tests/x.test.ts', `test.only('x')`, `test('x only')`],
    ['a suite that runs alone', isRun, 'packages/a/test/x.test.ts', `describe.concurrent.only('x')`, ``],
    [
      'a test left out',
      isRun,
      'tests/x.test.ts',
      `it.skip('x', () => {})`,
      `it.skip('the vectors are not here')`,
    ],
    ['a test put off', isRun, 'tests/x.test.ts', `test.todo('x')`, `describe.skipIf(noBrowser)('x')`],
    [
      'a condition that is none',
      isRun,
      'tests/x.test.ts',
      `test.skipIf(true)('x')`,
      `test.skipIf(absent)('x')`,
    ],
    ['a module that is mocked', isReal, 'tests/x.test.ts', `vi.mock('@sotto/mls')`, `vi.fn()`],
    [
      'a fixed wait',
      isPatient,
      'tests/x.test.ts',
      `  await new Promise((resolve) => setTimeout(resolve, 100))`,
      `  await vi.waitFor(() => expect(x).toBe(1))`,
    ],
    [
      'a folder of one machine',
      isAtHomeAnywhere,
      'x.md',
      'see /home/anna/sotto',
      'see https://a.example/home/anna',
    ],
    ['another', isAtHomeAnywhere, 'x.json', `"/Users/anna/x"`, `"./Users"`],
    ['a registry', isAtHomeAnywhere, '.npmrc', 'registry=https://npm.corp.example', 'save-exact=true'],
    [
      'where a package came from',
      isAtHomeAnywhere,
      'package-lock.json',
      `"resolved": "https://a.b/c.tgz"`,
      ``,
    ],
    ['a private key', isAtHomeAnywhere, 'x.pem', ['-----BEGIN', 'PRIVATE KEY-----'].join(' '), ''],
    ['a name that says nothing', isNamed, 'packages/mls/src/utils.ts', '', ''],
    ['a folder that says nothing', isNamed, 'packages/mls/src/helpers/x.ts', '', ''],
    ['an enum', isStrippable, 'packages/mls/src/x.ts', 'export enum X { a }', 'const enumerated = 1'],
    ['JSX in Node', isStrippable, 'packages/cli/src/x.tsx', '', ''],
  ]
  for (const [what, habit, path, bad, fine] of cases)
    test(what, () => {
      expect(complaints(habit, path, bad)).toBeGreaterThan(0)
      if (habit !== isNamed && !path.endsWith('.tsx')) expect(complaints(habit, path, fine)).toBe(0)
    })

  test('a dependency without a word, a word without a dependency, a version that may change', () => {
    const page = '- **`one`** — for this.\n  Why: because.\n- **`two`** — for that.\nWhy: not indented.\n'
    expect(dependencyFaults([{ name: 'one', version: '1.0.0' }], page)).toEqual([])
    expect(dependencyFaults([{ name: 'two', version: '1.0.0' }], page)).toEqual([
      'two has no entry',
      'one is used by nobody',
    ])
    expect(dependencyFaults([{ name: 'one', version: '^1.0.0' }], page)).toEqual([
      'one is not pinned: ^1.0.0',
    ])
    expect(dependencyFaults([{ name: 'one', version: '1.0.0' }], page + page)).toEqual([
      'one has two entries',
    ])
  })
})
