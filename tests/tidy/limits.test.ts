import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { limits } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { heldLimits } from './limits.ts'

const textOf = (file: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8')

/** The title of a test, also one that stands on a line of its own or behind a table; or a row of a table. */
const titleOrRow = /^\s*(?:(?:it|test)(?:\.\w+)?\(|.*\)\('|'|\[)/

const names = Object.keys(limits) as (keyof typeof limits)[]

describe('every limit', () => {
  it('is named with the test that reaches it, and no other is', () => {
    expect(Object.keys(heldLimits)).toEqual(names)
  })

  it.each(names)('%s has a test that is there', (name) => {
    const held = heldLimits[name]
    if (held.kind !== 'reached') return expect(held.why).not.toBe('')
    const text = textOf(held.file)
    const lines = text.split('\n').filter((line) => line.includes(held.test))
    expect(lines.filter((line) => titleOrRow.test(line))).not.toEqual([])
    // One table reaches many: each by its name.
    if (held.test.includes('%s')) expect(text).toContain(`'${name}'`)
  })
})
