import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { SottoError } from '@sotto/client'
import { type Said, saidIn } from '../src/bot/lines.ts'
import { type Line, linesIn, linesOf, messageLinesOf } from '../src/lines.ts'
import { penOf, ReaderGone } from '../src/written.ts'

const bytes = (...parts: readonly (string | readonly number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))

const read = async (input: Buffer, chunkBytes: number): Promise<readonly Line[]> => {
  const chunks = Array.from({ length: Math.ceil(input.length / chunkBytes) }, (_, i) =>
    input.subarray(i * chunkBytes, (i + 1) * chunkBytes),
  )
  const lines: Line[] = []
  for await (const line of linesIn(Readable.from(chunks, { objectMode: false }))) lines.push(line)
  return lines
}

const mark = [0xef, 0xbb, 0xbf]
const big = 'x'.repeat(5 * 1024 * 1024)

/** A text for a line that is one, otherwise what is said of it. */
const cases: readonly (readonly [string, Buffer, readonly (string | RegExp)[]])[] = [
  ['a byte order mark', bytes(mark, 'a\nb\n'), ['a', 'b']],
  ['a byte order mark and nothing else', bytes(mark), ['']],
  [
    'a byte order mark in the middle, which is a character of the text',
    bytes('a\n', mark, 'b'),
    ['a', '\ufeffb'],
  ],
  ['Windows line ends', bytes('a\r\n\r\nb\r\n'), ['a', '', 'b']],
  ['no end', bytes('a\nb'), ['a', 'b']],
  ['Latin-1', bytes('a\n', [0xe9], '\nb'), ['a', /not UTF-8/, 'b']],
  ['a part of a character', bytes('a', [0xf0, 0x9f]), [/not UTF-8/]],
  ['a surrogate', bytes([0xed, 0xa0, 0x80]), [/not UTF-8/]],
  ['more bytes than a character needs', bytes([0xc0, 0xaf]), [/not UTF-8/]],
  ['beyond Unicode', bytes([0xf4, 0x90, 0x80, 0x80]), [/not UTF-8/]],
  ['NUL', bytes('a', [0], '\nb'), [/NUL/, 'b']],
  ['16 bits, little end first', bytes([0xff, 0xfe], [0x61, 0, 0x0a, 0]), [/iconv/, /NUL/]],
  ['16 bits, big end first', bytes([0xfe, 0xff], [0, 0x61, 0, 0x0a]), [/iconv/]],
  ['16 bits without a mark', bytes([0x61, 0, 0x62, 0]), [/iconv/]],
  ['a line without end', bytes(big, '\nb'), [/the line is too long/, 'b']],
]

describe('a reader of lines', () => {
  it.each(cases)('%s', async (_, input, expected) => {
    for (const chunkBytes of [1, 3, 65_536].filter((size) => size > 1000 || input.length < 1000)) {
      const lines = await read(input, chunkBytes)
      expect(lines.map(({ number }) => number)).toEqual(expected.map((_one, index) => index + 1))
      for (const [index, want] of expected.entries()) {
        const line = lines[index]
        if (typeof want === 'string') expect(line).toMatchObject({ kind: 'text', text: want })
        else expect(line).toMatchObject({ kind: 'fault', why: expect.stringMatching(want) })
      }
    }
  })

  it('gives lines up to the first that is none, and says which that is', async () => {
    const texts: string[] = []
    const reading = (async () => {
      for await (const text of linesOf(
        Readable.from([bytes('a\nb\n', [0xff], '\nc\n')], { objectMode: false }),
      ))
        texts.push(text)
    })()
    await expect(reading).rejects.toThrow('line 3 of the input: it is not UTF-8')
    expect(texts).toEqual(['a', 'b'])
  })

  it('says the number and the reason also for programs, and of a line that is too long for a message', async () => {
    const refusal = async (input: Buffer) => {
      try {
        for await (const _ of messageLinesOf(Readable.from([input], { objectMode: false })));
        return undefined
      } catch (error) {
        return error
      }
    }
    expect(await refusal(bytes('ok1\nx', [0], 'y\n'))).toMatchObject({
      code: 'bad_request',
      detail: { line: 2, reason: expect.stringContaining('NUL') },
    })
    expect(await refusal(bytes('a\n\n', 'x'.repeat(49_153), '\n'))).toMatchObject({
      code: 'too_large',
      detail: { line: 3, reason: expect.stringContaining('49152 bytes') },
    })
    expect(await refusal(bytes('x'.repeat(49_152), '\n', ' '.repeat(50_000)))).toBeUndefined()
  })
})

describe('a line that a program has written', () => {
  const answer = (texts: readonly string[]): Said => ({ kind: 'answer', id: 'i', texts })
  const good: readonly (readonly [object, Said])[] = [
    [{ type: 'answer', id: 'i', text: null }, answer([])],
    [{ type: 'answer', id: 'i', text: 'a' }, answer(['a'])],
    [{ type: 'answer', id: 'i', text: ['a', 'b'] }, answer(['a', 'b'])],
    [{ type: 'answer', id: 'i', text: [] }, answer([])],
    [
      { type: 'post', room: 'r', text: 't' },
      { kind: 'post', room: 'r', text: 't', key: undefined },
    ],
    [
      { type: 'post', room: 'r', text: 't', key: 'k' },
      { kind: 'post', room: 'r', text: 't', key: 'k' },
    ],
  ]
  it.each(good)('%j is what it says', (value, said) => expect(saidIn(JSON.stringify(value))).toEqual(said))

  it.each([
    ['{"type":"answer","id":"i","txt":"a"}', 'an answer has no field "txt"'],
    ['{"type":"answer","id":"i","text":"a","Text":"b"}', 'an answer has no field "Text"'],
    ['{"type":"answer","id":"i","text":"a","key":"k"}', 'an answer has no field "key"'],
    ['{"type":"answer","id":"i","text":"a","\\u001b[2J":1}', 'an answer has no field "\\u001b[2J"'],
    ['{"type":"answer","id":"i"}', 'an answer has a text, or null for nothing'],
    ['{"type":"answer","text":"a"}', 'an answer has the id of its message'],
    ['{"type":"answer","id":"i","text":7}', 'the text of an answer is a text, a list of texts, or null'],
    ['{"type":"answer","id":"i","text":""}', 'the text of an answer is not empty, or is null'],
    ['{"type":"answer","id":"i","text":["a","\\u200b"]}', 'the text of an answer is not empty, or is null'],
    ['{"type":"post","room":"r","text":"t","id":"i"}', 'a post has no field "id"'],
    ['{"type":"post","room":"r","message":"t"}', 'a post has no field "message"'],
    ['{"type":"post","room":"r","text":" "}', 'the text of a post is not empty'],
    ['{"type":"post","room":"r","text":"t","key":null}', 'a key is a text'],
    ['{"typ":"answer","id":"i","text":"a"}', 'the type of a line is answer or post'],
    ['["answer"]', 'the type of a line is answer or post'],
    ['answer', 'a line is not a JSON object in which each key stands once'],
    [
      '{"type":"answer","id":"i","text":"first","te\\u0078t":"second"}',
      'a line is not a JSON object in which each key stands once',
    ],
  ])('%s is nonsense', (line, why) => expect(saidIn(line)).toEqual({ kind: 'nonsense', why }))
})

describe('a pen', () => {
  it('writes in order, and after a failure nothing more, whoever waits', async () => {
    const written: string[] = []
    const pen = penOf(async (text) => {
      await Promise.resolve()
      if (text === 'c') throw new ReaderGone()
      written.push(text)
    })
    void pen.put('a')
    await pen.put('b')
    await expect(pen.put('c')).rejects.toThrow(ReaderGone)
    void pen.put('d')
    await expect(pen.put('e')).rejects.toThrow(ReaderGone)
    await expect(pen.written()).rejects.toThrow(ReaderGone)
    expect(written).toEqual(['a', 'b'])
  })

  it('keeps the failure that was first', async () => {
    const failures = [new SottoError('storage_full'), new ReaderGone()]
    const pen = penOf(() => Promise.reject(failures.shift() ?? new Error('none left')))
    void pen.put('a')
    await expect(pen.put('b')).rejects.toThrow(SottoError)
  })
})
