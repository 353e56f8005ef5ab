import { describe, expect, test } from 'vitest'
import { shippedSources } from '../architecture/sources.ts'
import { functionLinesMax, functionsOf, summaryOf } from './functions.ts'

const measure = (text: string) => functionsOf({ path: 'x.tsx', text }).map(({ name, lines }) => [name, lines])

describe('functions', () => {
  /** Longer ones that are tables: a list of one kind of line, read from top to bottom. `path name` */
  const tables: readonly string[] = []
  const long = shippedSources()
    .flatMap(functionsOf)
    .filter(({ lines }) => lines > functionLinesMax)
    .map(({ path, name }) => `${path} ${name}`)

  test('are short', () => {
    expect(long.filter((one) => !tables.includes(one))).toEqual([])
  })

  test('are not listed as tables where they are short or gone', () => {
    expect(tables.filter((one) => !long.includes(one))).toEqual([])
  })
})

describe('a function is measured', () => {
  test('from its first line to its last, with what stands in it', () => {
    expect(measure('export const a = (): void => {\n  const b = () => {\n  }\n}\n')).toEqual([
      ['a', 4],
      ['b', 2],
    ])
  })

  test('as a declaration, a method, a property, and behind assertions', () => {
    expect(measure('function a() {}')).toEqual([['a', 1]])
    expect(measure('class A {\n  b() {\n  }\n  c = () => 1\n}')).toEqual([
      ['b', 2],
      ['c', 1],
    ])
    expect(measure('const a = { b() {}, c: async () => {}, d: 1 }')).toEqual([
      ['b', 1],
      ['c', 1],
    ])
    expect(measure('const a = (() => 1) as X satisfies Y')).toEqual([['a', 1]])
  })

  test('under the name of what a call makes of it', () => {
    expect(measure('const Part = memo(function (p) {\n  return <b>{p}</b>\n})')).toEqual([['Part', 3]])
  })

  test('not where it has no name', () => {
    expect(measure('list.map((one) => one.id)')).toEqual([])
  })
})

test('a summary tells median, ninth tenth and longest', () => {
  const functions = Array.from({ length: 10 }, (_, at) => ({
    path: '',
    name: '',
    line: 1,
    lines: at * 10 + 1,
  }))
  expect(summaryOf('x', functions)).toEqual({
    name: 'x',
    functions: 10,
    median: 51,
    p90: 91,
    max: 91,
    within20: 20,
    within70: 70,
  })
})
