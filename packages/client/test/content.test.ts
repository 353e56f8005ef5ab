import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeCanonical, hasSomethingToSee, limits, paddedLength } from '@sotto/protocol'
import { encodeCommands } from '../src/content/botCommands/botCommands.ts'
import { decodeContent } from '../src/content/content.ts'
import { encodeText } from '../src/content/text/text.ts'
import { makeMeta, nameOf, roomTitle } from '../src/content/meta.ts'
import { pad, unpad } from '../src/content/padding.ts'
import { decodePayload, encodePayload, messageReference } from '../src/content/payload.ts'

const salt = new Uint8Array(16).fill(7)
const failure = (code: string) => expect.objectContaining({ code })

describe('content', () => {
  it('keeps any well-formed text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (text, writtenMs) => {
        fc.pre(hasSomethingToSee(text))
        expect(decodeContent(encodeText(text, salt, writtenMs))).toEqual({ kind: 'text', text, writtenMs })
      }),
    )
  })

  it('has room for exactly the text that is promised, and refuses more', () => {
    const longest = 'x'.repeat(limits.textBytesMax)
    expect(decodeContent(encodeText(longest, salt, Number.MAX_SAFE_INTEGER))).toMatchObject({ text: longest })
    expect(encodePayload(encodeText(longest, salt, 0)).length).toBeLessThan(limits.messageBytesMax - 1024)
    // Counted in UTF-8, whatever stands beside the text.
    for (const character of ['x', 'ü', '€', '🙂']) {
      const bytes = new TextEncoder().encode(character).length
      const text = character.repeat(limits.textBytesMax / bytes)
      expect(decodeContent(encodeText(text, salt, 0))).toMatchObject({ text })
      expect(() => encodeText(`${text}x`, salt, 0)).toThrow(failure('too_large'))
    }
    expect(() => encodeText('\ud800', salt, 0)).toThrow(failure('bad_request'))
  })

  it('says something that is seen, and reads from others what says nothing', () => {
    for (const text of ['', ' ', '\n', '\u200b', '\u3164', '\u2800', '\u0301'])
      expect(() => encodeText(text, salt, 0)).toThrow(failure('text_empty'))
    const blank = encodeCanonical({ t: 'text', salt, ts: 5, md: '\u3164' })
    expect(decodeContent(blank)).toMatchObject({ kind: 'text', text: '\u3164' })
  })

  it('CON-5: keeps what a bot says it listens to, and takes nothing else for it', () => {
    const commands = [
      { name: 'remind', summary: 'remind you: /remind 10m tea' },
      { name: 'x-1', summary: '' },
    ]
    expect(decodeContent(encodeCommands(commands, salt, 5))).toEqual({
      kind: 'commands',
      commands,
      writtenMs: 5,
    })
    expect(decodeContent(encodeCommands([], salt, 5))).toMatchObject({ commands: [] })
    const longest = 'x'.repeat(limits.botCommandSummaryCharactersMax)
    const most = Array.from({ length: limits.botCommandsMax }, (_, at) => ({
      name: `c${at}`,
      summary: longest,
    }))
    expect(decodeContent(encodeCommands(most, salt, 5))).toMatchObject({ commands: most })
    const long = `${longest}x`
    const many = [...most, { name: 'more', summary: '' }].map(({ name, summary }) => [name, summary])
    const lists = [
      [['Remind', 'a capital']],
      [['-x', 'a dash in front']],
      [['a b', 'a blank']],
      [
        ['x', 'one'],
        ['x', 'again'],
      ],
      [['x', long]],
      [['x', 'a line\nof its own']],
      [['x', 'one', 'more']],
      [['x']],
      [['x', 1]],
      ['x'],
      many,
      'x',
      null,
    ]
    for (const list of lists) {
      const content = encodeCanonical({ t: 'commands', salt, ts: 5, list })
      expect(decodeContent(content)).toEqual({ kind: 'unsupported', type: 'commands', writtenMs: 5 })
    }
    expect(() => encodeCommands([{ name: 'A', summary: '' }], salt, 5)).toThrow(failure('bad_request'))
  })

  it('CON-3: shows a type it does not know as unsupported', () => {
    const poll = encodeCanonical({ t: 'poll', salt, ts: 5, options: ['a', 'b'] })
    expect(decodeContent(poll)).toEqual({ kind: 'unsupported', type: 'poll', writtenMs: 5 })
    const future = encodeCanonical({ t: 'text', salt, ts: 5, blocks: [] })
    expect(decodeContent(future)).toEqual({ kind: 'unsupported', type: 'text', writtenMs: 5 })
  })

  it.each([
    ['no map', encodeCanonical(['text'])],
    ['no type', encodeCanonical({ salt, ts: 1 })],
    ['a type of the wrong kind', encodeCanonical({ t: 1, salt, ts: 1 })],
    ['a short salt', encodeCanonical({ t: 'text', salt: salt.subarray(1), ts: 1, md: '' })],
    ['no salt', encodeCanonical({ t: 'text', ts: 1, md: '' })],
    ['a time that is no number', encodeCanonical({ t: 'text', salt, ts: 'now', md: '' })],
    ['a time before time', encodeCanonical({ t: 'text', salt, ts: -1, md: '' })],
    ['nothing', new Uint8Array()],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeContent(bytes)).toThrow(failure('bad_request'))
  })

  it('reads hostile bytes to a value or a refusal, never to another failure', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeContent(bytes)
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad_request' })
        }
      }),
    )
  })
})

describe('the name of a room', () => {
  it('has so many characters and no more; of a longer one that somebody sends, so many are shown', () => {
    for (const character of ['x', 'ü', '🙂']) {
      const longest = character.repeat(limits.roomNameCharactersMax)
      expect(roomTitle(longest)).toBe(longest)
      expect(nameOf(makeMeta(longest, salt))).toBe(longest)
      expect(() => roomTitle(longest + character)).toThrow(failure('title_invalid'))
      expect(nameOf(makeMeta(longest + character, salt))).toBe(longest)
    }
    for (const [name, reason] of [
      ['', 'empty'],
      [' ', 'empty'],
      ['\ud800', 'malformed'],
      ['a\u0001b', 'line'],
      ['a\u200bb', 'invisible'],
    ] as const)
      expect(() => roomTitle(name)).toThrow(
        expect.objectContaining({ code: 'title_invalid', detail: { reason } }),
      )
  })

  it('of a room from before, or of a hostile member, is shown safely', () => {
    const shown = (name: string): string => nameOf(makeMeta(name, salt))
    expect(shown('a\u0001\nb')).toBe('a b')
    expect(shown('\u202eevil')).toBe('evil')
    expect(shown('\u3164\u200b')).toBe('')
  })
})

describe('padding', () => {
  it('CON-2: shows the sizes of the protocol and no other up to 8 KiB', () => {
    const sizes = new Set(Array.from({ length: 8192 }, (_, i) => paddedLength(i + 1)))
    expect([...sizes]).toEqual([256, 512, 1024, 2048, 4096, 8192])
  })

  it('costs at most 12 % beyond, and never shrinks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8193, max: 1 << 24 }), (length) => {
        expect(paddedLength(length)).toBeGreaterThanOrEqual(length)
        expect(paddedLength(length)).toBeLessThanOrEqual(length * 1.12)
      }),
    )
  })

  it('CON-2: comes off again, whatever the payload ends in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(20), (bytes, zeros) => {
        const payload = Uint8Array.of(...bytes, ...new Uint8Array(zeros))
        expect(unpad(pad(payload))).toEqual(payload)
      }),
    )
  })

  it.each([
    ['nothing', new Uint8Array()],
    ['only zeros', new Uint8Array(256)],
    ['no mark', new Uint8Array(256).fill(1)],
    ['a length that is no bucket', Uint8Array.of(1, 0x80, 0, 0)],
    ['more than needed', Uint8Array.of(1, 0x80, ...new Uint8Array(510))],
  ])('refuses %s', (_, bytes) => {
    expect(() => unpad(bytes)).toThrow(failure('bad_request'))
  })
})

describe('payload', () => {
  it('holds the content bytes and nothing else', () => {
    const content = encodeText('hello', salt, 1)
    expect(encodePayload(content)).toHaveLength(256)
    expect(decodePayload(encodePayload(content))).toEqual(content)
    expect(() => decodePayload(pad(Uint8Array.of(...encodeCanonical([content]), 0x01)))).toThrow(
      failure('bad_request'),
    )
  })

  it('has a name that depends on room, author and bytes', () => {
    const [a, b] = [new Uint8Array(16).fill(1), new Uint8Array(32).fill(2)]
    const content = encodeText('hello', salt, 1)
    const reference = messageReference(a, b, content)
    expect(reference).toHaveLength(32)
    expect(messageReference(a, b, encodeText('hello', new Uint8Array(16), 1))).not.toEqual(reference)
    expect(messageReference(new Uint8Array(16), b, content)).not.toEqual(reference)
    expect(messageReference(a, new Uint8Array(32), content)).not.toEqual(reference)
  })
})
