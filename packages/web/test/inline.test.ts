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
})

describe('nothing that is not seen stands within a link', () => {
  const links = (line: string) => parseInline(line).filter(({ kind }) => kind === 'link')
  test.each([
    ['an override in the path', 'https://example.org/\u202Egpj.exe'],
    ['an override before the host ends', 'https://bank.example\u202E/moc.live//'],
    ['an isolate', 'https://bank.example/\u2066moc.live\u2069/'],
    ['a space without width in the host', 'https://login.bank\u200B.example/'],
    ['a joiner in the host', 'https://bank\u200D.example/'],
    ['a soft hyphen', 'https://bank\u00AD.example/'],
    ['a grapheme joiner', 'https://bank\u034F.example/'],
    ['a filler', 'https://bank.example\u3164@live.example/'],
    ['a filler of half width', 'https://bank.example\uFFA0/'],
    ['an empty pattern of Braille', 'https://bank.example\u2800\u2800@live.example/'],
    ['a selector', 'https://bank\uFE0F.example/'],
    ['a tag', 'https://bank\u{E0041}.example/'],
    ['a control character', 'https://bank\u0007.example/'],
  ])('%s', (_, line) => {
    expect(links(line)).toEqual([])
    expect(sourceOf(parseInline(line))).toBe(line)
  })

  test.each([
    ['an override in a label', '[\u202Eelpmaxe.knab](https://live.example/)'],
    ['an isolate in a label', '[bank\u2067.example](https://live.example/)'],
    ['a mark of direction in a label', '[\u200Fbank.example](https://live.example/)'],
    ['a space without width in a label', '[https://live.example\u200B.bank](https://live.example/)'],
    ['an override in a named address', '[bank](https://live.example/\u202E)'],
    ['a filler in a named address', '[bank](https://live.example/\u3164)'],
  ])('%s names nothing: the address stands for itself', (_, line) => {
    for (const link of links(line))
      expect(link).toMatchObject({ label: 'https://live.example/', source: 'https://live.example/' })
    expect(sourceOf(parseInline(line))).toBe(line)
  })

  test.each([
    ['\u2068https://example.org/a\u2069', 'https://example.org/a'],
    ['\u200Fhttps://example.org/a\u200F.', 'https://example.org/a'],
    ['ראו (https://example.org/a\u200E), תודה', 'https://example.org/a'],
    ['https://example.org/a\u202C', 'https://example.org/a'],
  ])('marks of direction around an address are around the link: %j', (line, href) => {
    expect(links(line)).toMatchObject([{ href, source: href }])
    expect(sourceOf(parseInline(line))).toBe(line)
  })

  test.each(['👩‍👩‍👧‍👦', 'می‌خواهم', '☕️ 🇵🇹', 'הפגישה'])(
    'letters and pictures of a label are its own: %s',
    (label) => {
      expect(links(`[${label}](https://example.org/)`)).toMatchObject([{ label }])
    },
  )
})

describe('a host that could be read as another one is told in ASCII', () => {
  test.each([
    ['Cyrillic as Latin', 'https://аррӏе.com/', 'xn--80ak6aa92e.com'],
    ['two scripts in one word', 'https://pаypal.com/', 'xn--pypal-4ve.com'],
    ['Greek in Latin', 'https://gοοgle.com/', 'xn--ggle-0nda.com'],
    ['letters of full width', 'https://ｂａｎｋ.example/', 'bank.example'],
    ['a full stop of another script', 'https://bank。live.example/', 'bank.live.example'],
    ['a name before it', 'https://bank.example@live.example/', 'live.example'],
    ['a backslash behind it', 'https://bank.example\\@live.example/', 'bank.example'],
    ['a number', 'https://2130706433/', '127.0.0.1'],
    ['one script that is not Latin', 'https://пример.рф/', 'xn--e1afmkfd.xn--p1ai'],
  ])('%s', (_, line, host) => {
    expect(parseInline(line)).toMatchObject([{ kind: 'link', host }])
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
        '\u200D',
        '\u3164',
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

test.each([
  '**a ',
  '*',
  '_a ',
  '`',
  '``` ``',
  '[a',
  '[](',
  'http://[',
  'https://a(',
  '\u200d',
  'https://a\u200d',
  '.\u200f',
  '**_*`',
  '*a*b ',
])('a message full of %s takes no longer than its length deserves', (piece) => {
  const parse = (length: number): number => {
    const line = piece.repeat(Math.ceil(length / piece.length))
    const startMs = performance.now()
    parseInline(line)
    return performance.now() - startMs
  }
  parse(48_000)
  // Quadratic time would take 48,000 characters into seconds.
  expect(parse(48_000)).toBeLessThan(400)
})
