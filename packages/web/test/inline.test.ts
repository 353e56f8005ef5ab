import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseInline, sourceOf } from '../src/features/conversation/text/inline.ts'
import type { Inline } from '../src/features/conversation/text/inline.ts'

/** A short notation for what became of a line. */
const told = (parts: readonly Inline[]): string =>
  parts
    .map((part) => {
      switch (part.kind) {
        case 'text':
          return part.text
        case 'code':
          return `{code ${part.text}}`
        case 'bold':
        case 'italic':
          return `{${part.kind} ${told(part.children)}}`
        case 'link':
          return `{link ${part.label} -> ${part.href}${part.host === null ? '' : ` at ${part.host}`}}`
      }
    })
    .join('')

const readsAs = (line: string): string => told(parseInline(line))

describe('what is marked', () => {
  test.each([
    ['a **bold** word', 'a {bold bold} word'],
    ['an *italic* and an _italic_ word', 'an {italic italic} and an {italic italic} word'],
    ['**bold _and italic_**', '{bold bold {italic and italic}}'],
    ['***both***', '{bold {italic both}}'],
    ['`code **as it is**`', '{code code **as it is**}'],
    ['\\*not italic* and \\_neither_', '\\*not italic* and \\_neither_'],
    ['well ¯\\_(ツ)_/¯, *indeed*', 'well ¯\\_(ツ)_/¯, {italic indeed}'],
    ['``a ` inside``', '{code a ` inside}'],
    ['これは**太字**です', 'これは{bold 太字}です'],
    ['see https://example.org/a?b=c.', 'see {link https://example.org/a?b=c -> https://example.org/a?b=c}.'],
    ['(https://example.org/a_(b))', '({link https://example.org/a_(b) -> https://example.org/a_(b)})'],
    ['[here](https://example.org/)', '{link here -> https://example.org/ at example.org}'],
  ])('%s', (line, expected) => expect(readsAs(line)).toBe(expected))
})

describe('what is not', () => {
  test.each([
    '2 * 3 * 4 and 2*3*4',
    'snake_case_name',
    '** not bold **',
    '*never closed',
    '****',
    '``',
    '<script>alert("x")</script> & &amp; "quotes" \'single\'',
    '[label](javascript:alert(1))',
    '[label](//example.org)',
    'xhttps://example.org',
    'https://',
    'http://[broken',
  ])('%s stays as it is', (line) => expect(readsAs(line)).toBe(line))
})

describe('where a link goes is told in ASCII', () => {
  test('when the label says another address', () => {
    expect(readsAs('[https://bank.example](https://evil.example/login)')).toBe(
      '{link https://bank.example -> https://evil.example/login at evil.example}',
    )
  })
  test('when letters only look like others', () => {
    expect(readsAs('https://аррӏе.com/')).toContain('at xn--80ak6aa92e.com')
  })
  test('when a name stands before the host', () => {
    expect(readsAs('https://bank.example@evil.example/')).toContain('at evil.example')
  })
  test('when the address begins like another one', () => {
    expect(readsAs('[https://bank.example.evil.example](https://bank.example/)')).toContain('at bank.example')
  })
  test('control and bidi characters end an address', () => {
    expect(readsAs('https://example.org/\u202Egpj.exe')).toBe(
      '{link https://example.org/ -> https://example.org/}\u202Egpj.exe',
    )
  })
})

const hostileLine = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '*',
        '**',
        '_',
        '`',
        '``',
        '[',
        ']',
        '(',
        ')',
        ' ',
        'http://',
        'https://',
        'a',
        '\u202E',
        '&',
      ),
      fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' ')),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''))

test('the parts of any line are the line', () => {
  fc.assert(
    fc.property(hostileLine, (line) => {
      expect(sourceOf(parseInline(line))).toBe(line)
    }),
  )
})

test('a link is http or https, whatever was written', () => {
  const links = (parts: readonly Inline[]): readonly string[] =>
    parts.flatMap((part) =>
      part.kind === 'link'
        ? [part.href]
        : part.kind === 'bold' || part.kind === 'italic'
          ? links(part.children)
          : [],
    )
  fc.assert(
    fc.property(hostileLine, (line) => {
      for (const href of links(parseInline(line))) expect(href).toMatch(/^https?:\/\//)
    }),
  )
})

test.each(['**a ', '*', '_a ', '`', '``` ``', '[a', '[](', 'http://[', 'https://a(', '**_*`', '*a*b '])(
  'a message full of %s takes no longer than its length deserves',
  (piece) => {
    const parse = (length: number): number => {
      const line = piece.repeat(Math.ceil(length / piece.length))
      const startMs = performance.now()
      parseInline(line)
      return performance.now() - startMs
    }
    parse(48_000)
    // Quadratic time would take 48,000 characters into seconds.
    expect(parse(48_000)).toBeLessThan(400)
  },
)
