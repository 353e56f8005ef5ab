import { describe, expect, it } from 'vitest'
import { parseLine } from '../src/chat/command.ts'
import { printable, printableLine } from '../src/printable.ts'
import { columnsOf, table } from '../src/table.ts'
import { shortTime } from '../src/time.ts'

describe('text that others wrote', () => {
  it.each([
    ['escape sequences', 'a\x1b[2Jb', 'a�[2Jb'],
    ['a carriage return', 'pay 1\rpay 9', 'pay 1�pay 9'],
    ['8-bit control sequences', 'a\x9b2Jb', 'a�2Jb'],
    ['bidirectional overrides', 'user\u202Etxt.exe', 'user�txt.exe'],
    ['isolates', '\u2066a\u2069', '�a�'],
    ['a bell and a backspace', '\x07\x08', '��'],
  ])('cannot steer the terminal by %s', (_, hostile, shown) => {
    expect(printable(hostile)).toBe(shown)
  })

  it('keeps what people write', () => {
    for (const text of ['שלום עולם', 'مرحبا', '👩‍👩‍👧‍👦', 'línea\nnueva\ttab', '<script>alert("x")</script>'])
      expect(printable(text)).toBe(text)
    expect(printableLine('one\n two\tthree')).toBe('one ⏎ two three')
  })
})

describe('a table', () => {
  it('aligns by columns of the terminal, not by characters', () => {
    expect(columnsOf('你好')).toBe(4)
    expect(columnsOf('👩‍👩‍👧‍👦')).toBe(2)
    expect(columnsOf('é')).toBe(1)
    expect(columnsOf('\x1b[1mbold\x1b[0m')).toBe(4)
    expect(
      table([
        ['你好', 'x'],
        ['abcde', 'y'],
      ]),
    ).toBe('你好   x\nabcde  y')
  })
})

describe('a line in a conversation', () => {
  it.each([
    ['hello', { kind: 'text', text: 'hello' }],
    ['  indented', { kind: 'text', text: '  indented' }],
    ['   ', { kind: 'nothing' }],
    ['/quit', { kind: 'quit' }],
    ['/invite  bob ', { kind: 'invite', name: 'bob' }],
    ['/invite', { kind: 'unknown', command: 'invite without a name' }],
    ['//etc', { kind: 'text', text: '/etc' }],
    ['/etc', { kind: 'unknown', command: 'etc' }],
  ])('%j', (line, parsed) => {
    expect(parseLine(line)).toEqual(parsed)
  })
})

describe('a time', () => {
  it('of today is a clock, of another day has its day', () => {
    const noon = new Date(2026, 2, 4, 12, 5).getTime()
    expect(shortTime(noon, noon + 60_000)).toBe('12:05')
    expect(shortTime(noon, noon + 86_400_000)).toBe('2026-03-04 12:05')
  })
})
