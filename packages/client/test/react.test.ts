import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeCanonical, limits, toHex } from '@sotto/protocol'
import { decodeContent, readContent, summaryOf } from '../src/content/content.ts'
import { emojiOf } from '../src/content/react/emoji.ts'
import { encodeReact } from '../src/content/react/react.ts'
import { reactionsIn } from '../src/content/react/reactions.ts'
import { type Mark, withMark } from '../src/timeline/marks.ts'
import { isItem, targetOf } from '../src/timeline/target.ts'

const salt = new Uint8Array(16).fill(7)
const reference = new Uint8Array(32).fill(9)

/** All emoji of one code point, all flags, all keycaps, and joined ones as people use them. */
const recommended = (): readonly string[] => {
  const single: string[] = []
  for (let code = 0x23; code <= 0x1fbff; code += 1) {
    const character = String.fromCodePoint(code)
    for (const form of [character, `${character}\uFE0F`, `${character}🏽`])
      if (/^\p{RGI_Emoji}$/v.test(form)) single.push(form)
  }
  const letters = Array.from({ length: 26 }, (_, i) => String.fromCodePoint(0x1f1e6 + i))
  const flags = letters
    .flatMap((a) => letters.map((b) => a + b))
    .filter((one) => /^\p{RGI_Emoji}$/v.test(one))
  const keycaps = Array.from('0123456789#*', (one) => `${one}\uFE0F\u20E3`)
  const joined = ['👩‍🚀', '👩🏽‍⚕️', '👨‍👩‍👧‍👦', '👩🏻‍❤️‍💋‍👨🏿', '🏳️‍🌈', '🏴‍☠️', '❤️‍🔥', '🐻‍❄️', '🧑🏿‍🤝‍🧑🏻', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🙂‍↔️', '⛓️‍💥', '🐦‍⬛', '👨‍🦰', '🏃🏽‍♀️‍➡️']
  return [...single, ...flags, ...keycaps, ...joined]
}

describe('an emoji', () => {
  const all = recommended()

  it('is each that Unicode recommends, in its own form', () => {
    expect(all.length).toBeGreaterThan(1500)
    for (const emoji of all) expect([emoji, emojiOf(emoji)]).toEqual([emoji, emoji])
  })

  it('is one, however it is spelled', () => {
    expect(emojiOf('❤')).toBe('❤️')
    expect(emojiOf('☝🏽')).toBe('☝🏽')
    expect(emojiOf('1⃣')).toBe('1️⃣')
    expect(emojiOf('👩‍❤‍👨')).toBe('👩‍❤️‍👨')
    expect(emojiOf('👍️')).toBe('👍')
  })

  it('is nothing else', () => {
    const nothing = [
      '',
      ' ',
      'a',
      '1',
      '#',
      '👍👍',
      '👍 ',
      '👍a',
      '\u200d',
      '👍\u200d',
      '\uFE0F',
      '🇩',
      '🇩🇪🇫🇷',
      '<b>',
      '\ud83d',
      '👍\n',
      '👍\u0301',
      '\u202e👍',
      'ok',
      ':+1:',
      '👩‍'.repeat(20) + '🚀',
    ]
    for (const text of nothing) expect([text, emojiOf(text)]).toEqual([text, undefined])
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(
            '👍',
            '🏽',
            '\u200d',
            '\uFE0F',
            '🇩',
            '1',
            '\u20e3',
            'a',
            '\u{e0067}',
            '\u{e007f}',
          ),
        }),
        (text) => {
          const form = emojiOf(text)
          if (form === undefined) return
          expect(form.length).toBeLessThanOrEqual(limits.reactionCharactersMax)
          expect([...new Intl.Segmenter().segment(form)]).toHaveLength(1)
          expect(emojiOf(form)).toBe(form)
        },
      ),
    )
  })
})

describe('a reaction', () => {
  it('is read as it was said, and is no item of its own', () => {
    fc.assert(
      fc.property(fc.constantFrom(...recommended()), fc.boolean(), fc.nat(), (emoji, isOn, writtenMs) => {
        const said = readContent(encodeReact({ reference, emoji, isOn }, salt, writtenMs))
        expect(said.content).toEqual({ kind: 'react', reference, emoji, isOn, writtenMs })
        expect(isItem(said.content)).toBe(false)
        expect(targetOf(said)).toEqual({ reference, key: emoji })
        expect(summaryOf(said.content)).toBe(emoji)
      }),
    )
  })

  it('of another form is kept as something of a later version', () => {
    const right = { t: 'react', salt, ts: 1, ref: reference, emoji: '👍', on: true }
    expect(decodeContent(encodeCanonical(right)).kind).toBe('react')
    for (const wrong of [
      { ref: 'x' },
      { ref: reference.subarray(1) },
      { emoji: 'ok' },
      { emoji: ['👍'] },
      { on: 1 },
      { on: null },
    ])
      expect(decodeContent(encodeCanonical({ ...right, ...wrong }))).toMatchObject({
        kind: 'unsupported',
        type: 'react',
      })
  })
})

const accountOf = (who: number): Uint8Array => new Uint8Array(32).fill(who + 1)
const senderOf = (account: Uint8Array) => ({
  account: toHex(account),
  name: `p${(account[0] ?? 0) - 1}`,
  own: account[0] === 1,
  isBot: false,
})

interface Said {
  readonly who: number
  readonly emoji: string
  readonly isOn: boolean
}
const said = fc.record({ who: fc.nat(4), emoji: fc.constantFrom('👍', '❤️', '🎉'), isOn: fc.boolean() })
const markOf = ({ who, emoji, isOn }: Said, seq: number): Mark => ({
  account: accountOf(who),
  device: salt,
  seq,
  timeMs: seq,
  key: emoji,
  said: readContent(encodeReact({ reference, emoji, isOn }, salt, seq)),
})
const fold = (marks: readonly Mark[]) => reactionsIn(marks.reduce<readonly Mark[]>(withMark, []), senderOf)

describe('the reactions of a message', () => {
  it('are of each account and emoji what it said last, in whichever order that is found', () => {
    fc.assert(
      fc.property(fc.array(said, { maxLength: 40 }), fc.infiniteStream(fc.nat()), (words, dice) => {
        const marks = words.map((word, at) => markOf(word, at + 1))
        const shown = fold(marks)
        for (const emoji of ['👍', '❤️', '🎉']) {
          const on = [0, 1, 2, 3, 4].filter(
            (who) => words.findLast((one) => one.who === who && one.emoji === emoji)?.isOn,
          )
          const one = shown.find((reaction) => reaction.emoji === emoji)
          expect(one?.count ?? 0).toBe(on.length)
          expect(one?.own ?? false).toBe(on.includes(0))
          expect(new Set(one?.names)).toEqual(new Set(on.filter((who) => who !== 0).map((who) => `p${who}`)))
        }
        const shuffled = marks
          .map((mark) => ({ mark, at: dice.next().value }))
          .toSorted((a, b) => a.at - b.at)
        expect(fold(shuffled.map(({ mark }) => mark))).toEqual(shown)
      }),
    )
  })

  it('of one account are bounded, and those of others have room', () => {
    const many = recommended()
      .slice(0, 200)
      .map((emoji, at) => markOf({ who: 1, emoji, isOn: true }, at + 1))
    const kept = many.reduce<readonly Mark[]>(withMark, [])
    expect(kept).toHaveLength(limits.marksPerAccountMax)
    const after = withMark(kept, markOf({ who: 2, emoji: '👍', isOn: true }, 500))
    expect(after).toHaveLength(limits.marksPerAccountMax + 1)
    // What it has said can be taken back all the same.
    const [first] = many
    expect(
      first && withMark(kept, { ...markOf({ who: 1, emoji: first.key, isOn: false }, 501) }),
    ).toHaveLength(limits.marksPerAccountMax)
  })

  it('shows few of very many emoji, those that came first', () => {
    const all = recommended()
    const marks = all.slice(0, 100).map((emoji, at) => markOf({ who: at % 5, emoji, isOn: true }, at + 1))
    const shown = reactionsIn(marks, senderOf)
    expect(shown.map(({ emoji }) => emoji)).toEqual(all.slice(0, limits.reactionsShownMax))
  })

  it('shows few of very many names', () => {
    const marks = Array.from({ length: 100 }, (_, at) => ({
      ...markOf({ who: 1, emoji: '👍', isOn: true }, at + 1),
      account: new Uint8Array(32).fill(at + 1),
    }))
    const [one] = reactionsIn(marks, senderOf)
    expect(one).toMatchObject({ count: 100, own: true })
    expect(one?.names).toHaveLength(limits.reactionNamesMax)
  })
})
