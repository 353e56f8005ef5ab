import fc from 'fast-check'
import { limits } from '@sotto/client'
import { expect, test } from 'vitest'
import { carried } from '../src/bridge/carried.ts'
import { hasNewcomers, nobodyTold, readTold, toldTo } from '../src/bridge/newcomers.ts'

const lineEnd = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/u
const sides = fc.constantFrom('encrypted' as const, 'classic' as const)
const lines = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('bob (classic):', 'bob (encrypted):', '> quoted', '```', '\u202eRTL', 'שלום', ''),
  ),
)
const texts = fc
  .tuple(lines, fc.constantFrom('\n', '\r\n', '\r', '\u2028', '\u2029', '\v', '\f', '\u0085'))
  .map(([parts, end]) => parts.join(end))

test('whatever somebody says, only the bridge writes the line with the name, and the text is whole', () => {
  fc.assert(
    fc.property(sides, texts, (side, text) => {
      const parts = carried(side, 'alice', text)
      const rows = parts.map((part) => part.split(lineEnd))
      rows.forEach(([head, ...quoted], at) => {
        expect(head).toBe(at === 0 ? `alice (${side}):` : `alice (${side}), continued:`)
        for (const line of quoted) expect(line.startsWith('> ')).toBe(true)
      })
      const said = rows.flatMap(([, ...quoted]) => quoted.map((line) => line.slice(2)))
      expect(said).toEqual(text.toWellFormed().split(lineEnd))
    }),
  )
})

test('what is too long for one message goes on in the next, and none of it is lost', () => {
  for (const side of ['encrypted', 'classic'] as const)
    for (const text of ['x'.repeat(limits.textBytesMax), '\u0001"\\'.repeat(9000), '🙂\n'.repeat(9000)]) {
      const parts = carried(side, 'alice', text)
      for (const part of parts) {
        expect(Buffer.byteLength(part)).toBeLessThanOrEqual(limits.textBytesMax)
        if (side === 'encrypted')
          expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThan(13 * 1024 + 200)
      }
      const said = parts.flatMap((part) => part.split('\n').slice(1)).map((line) => line.slice(2))
      expect(said.join('').replaceAll('\n', '')).toBe(text.replaceAll('\n', ''))
    }
})

test('whoever comes is told once, and coming again has nothing said again', () => {
  const told = toldTo(['alice', 'bob'], nobodyTold)
  expect(hasNewcomers(nobodyTold, ['alice'])).toBe(true)
  expect(hasNewcomers(told, ['bob', 'alice'])).toBe(false)
  expect(hasNewcomers(told, ['bob', 'carol'])).toBe(true)
  const later = toldTo(['bob', 'carol'], told)
  expect(hasNewcomers(later, ['alice', 'bob', 'carol'])).toBe(false)
  expect(later.count).toBe(2)
  expect(readTold(JSON.stringify(later))).toEqual(later)
  // The largest room fits into a note, whoever was there before.
  const most = (from: number) => Array.from({ length: 2000 }, (_, at) => `somebody${from + at}`)
  const full = toldTo(most(1500), toldTo(most(0), told))
  expect(JSON.stringify(full).length).toBeLessThan(16_384)
  expect(hasNewcomers(full, most(1500))).toBe(false)
})
