import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseBlocks } from '../src/features/conversation/text/blocks.ts'
import { sourceOf } from '../src/features/conversation/text/inline.ts'

const kindsOf = (text: string) => parseBlocks(text).map((block) => block.kind)

describe('blocks', () => {
  test('text is one paragraph, however many lines it has', () => {
    const text = 'one\n\ntwo\n  three\n'
    expect(parseBlocks(text)).toHaveLength(1)
    expect(parseBlocks(text)[0]).toMatchObject({ kind: 'paragraph', source: text })
  })
  test('a list, a quote and code within text', () => {
    expect(kindsOf('look:\n- one\n- two\n> said\nand\n```ts\n- no list\n```\nend')).toEqual([
      'paragraph',
      'list',
      'quote',
      'paragraph',
      'code',
      'paragraph',
    ])
  })
  test('numbers keep the numbers that were written', () => {
    const [list] = parseBlocks('3. three\n7) seven')
    expect(list).toMatchObject({ kind: 'list', ordered: true, items: [{ marker: '3. ' }, { marker: '7) ' }] })
  })
  test('code that is never closed is text', () => {
    expect(kindsOf('```\nconst a = 1')).toEqual(['paragraph'])
  })
  test('what stands in code is not parsed', () => {
    expect(parseBlocks('```\n**a**\n```')).toEqual([
      { kind: 'code', source: '```\n**a**\n```', text: '**a**' },
    ])
  })
  test.each(['-5 degrees', '- ', '2026.5', '>', 'a > b'])('%s is no list', (text) => {
    expect(kindsOf(text)).not.toContain('list')
  })
})

const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom('\n', '```', '```ts', '> ', '- ', '1. ', '* ', '\r', '\u2028', '**a**', 'a'),
      fc.string({ unit: 'grapheme' }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''))

test('the sources of the blocks are the text', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const sources = parseBlocks(text).map((block) => block.source)
      expect(sources.join('\n')).toBe(text)
    }),
  )
})

test('no character of a block is lost on the way to the screen', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      for (const block of parseBlocks(text))
        switch (block.kind) {
          case 'paragraph':
            expect(block.lines.map(sourceOf).join('\n')).toBe(block.source)
            break
          case 'quote':
            expect(block.lines.map(({ marker, line }) => marker + sourceOf(line)).join('\n')).toBe(
              block.source,
            )
            break
          case 'list':
            expect(block.items.map(({ marker, line }) => marker + sourceOf(line)).join('\n')).toBe(
              block.source,
            )
            break
          case 'code':
            expect(block.source).toContain(block.text)
        }
    }),
  )
})

/** Of the processor: whatever else the machine does. */
const usedMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

test.each(['```\n', '```a\n', '> \n', '- a\n', '\n'])(
  '48,000 characters of %j are parsed at once',
  (piece) => {
    const text = piece.repeat(48_000 / piece.length)
    parseBlocks(text)
    const startMs = usedMs()
    parseBlocks(text)
    expect(usedMs() - startMs).toBeLessThan(400)
  },
)
