import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rows } from './rows.ts'
import { setStage, type Stage } from './stage.ts'
import { paths, rules } from './table.ts'

describe('what must be refused, on every path by which it could come', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await setStage()
  })
  afterAll(() => stage.close())

  for (const { rule, what, cells } of rows)
    for (const path of paths) {
      const cell = cells[path]
      if (cell.kind === 'cannot') continue
      test(`${rule} by ${path}: ${what}`, async () => {
        expect(await cell.run(stage)).toMatch(cell.ends)
      })
    }
})

describe('the table', () => {
  test('has each rule, no attack twice, and for each path that nothing can come by a reason', () => {
    expect([...new Set(rows.map(({ rule }) => rule))].toSorted()).toEqual([...rules].toSorted())
    const titles = rows.map(({ rule, what }) => `${rule} ${what}`)
    expect(new Set(titles).size).toBe(titles.length)
    const cells = rows.flatMap((row) =>
      paths.map((path) => ({ at: `${row.what} by ${path}`, cell: row.cells[path] })),
    )
    const unexplained = cells.filter(({ cell }) => cell.kind === 'cannot' && cell.why.split(' ').length < 5)
    expect(unexplained.map(({ at }) => at)).toEqual([])
  })

  test('no attack may end in its being accepted', () => {
    for (const { cells } of rows)
      for (const path of paths) {
        const cell = cells[path]
        if (cell.kind === 'case') expect('accepted').not.toMatch(cell.ends)
      }
  })
})
