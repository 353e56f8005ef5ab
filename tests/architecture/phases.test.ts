import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { arrowsFrom, withPhases } from './phases.ts'

const page = readFileSync(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8')

/** The formatter has the last word about blanks. */
const words = (text: string): string => text.replace(/-{3,}/g, '---').replace(/\s+/g, ' ').trim()

test('ARCHITECTURE.md draws the phases of a room as the table has them (node tests/architecture/drawPhases.ts)', () => {
  expect(words(withPhases(page))).toBe(words(page))
  expect(arrowsFrom('active').map(({ event }) => event)).toContain('leave_wanted')
})

test('a page without a place for the drawing is refused', () => {
  expect(() => withPhases('# Something else')).toThrow('no place')
})
