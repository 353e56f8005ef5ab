import { describe, expect, it } from 'vitest'
import { emojiOf, type ReactionView } from '@sotto/client'
import { found, nameOf, quick } from '../src/features/reactions/choices.ts'
import { arrived, begin, pending, settle, withPending } from '../src/features/reactions/pending.ts'
import { emojiNames } from '../src/messages/emoji.en.ts'

describe('the emoji to choose from', () => {
  const all = emojiNames.map(([emoji]) => emoji)

  it('are emoji in their own form, each once, with a name', () => {
    for (const emoji of [...all, ...quick]) expect([emoji, emojiOf(emoji)]).toEqual([emoji, emoji])
    expect(new Set(all).size).toBe(all.length)
    for (const emoji of quick) expect(all).toContain(emoji)
    for (const emoji of all) expect(nameOf(emoji)).toMatch(/^[a-z+]/)
  })

  it('are found by the beginnings of their words, and one that is pasted by itself', () => {
    expect(found('rock')).toEqual(['🚀'])
    expect(found('  RED heart ')).toEqual(['❤️'])
    expect(found('nothing like it')).toEqual([])
    expect(found('👩🏽‍🚀')).toEqual(['👩🏽‍🚀'])
    expect(found('❤')).toEqual(['❤️'])
    expect(found('')).not.toContain('👍')
    expect(found('').length).toBe(all.length - quick.length)
  })
})

describe('what is on its way', () => {
  const others: readonly ReactionView[] = [{ emoji: '👍', count: 1, own: false, names: ['bob'] }]

  it('is shown as it will be, and is gone when the log shows it', () => {
    begin({ id: 'm', emoji: '👍', isOn: true })
    begin({ id: 'm', emoji: '🎉', isOn: true })
    begin({ id: 'other', emoji: '👀', isOn: true })
    expect(withPending(others, pending.get(), 'm')).toEqual([
      { emoji: '👍', count: 2, own: true, names: ['bob'] },
      { emoji: '🎉', count: 1, own: true, names: [] },
    ])
    const shown: readonly ReactionView[] = [{ emoji: '👍', count: 2, own: true, names: ['bob'] }]
    expect(arrived(pending.get(), 'm', shown).map(({ emoji }) => emoji)).toEqual(['👍'])
    for (const one of arrived(pending.get(), 'm', shown)) settle(one)
    expect(pending.get().map(({ emoji }) => emoji)).toEqual(['🎉', '👀'])
    // Taken back before it has come: the last word holds.
    begin({ id: 'm', emoji: '🎉', isOn: false })
    expect(withPending(shown, pending.get(), 'm')).toEqual(shown)
    for (const one of pending.get()) settle(one)
    expect(pending.get()).toEqual([])
  })

  it('takes back what stands, down to nothing', () => {
    const own: readonly ReactionView[] = [{ emoji: '👍', count: 1, own: true, names: [] }]
    begin({ id: 'm', emoji: '👍', isOn: false })
    expect(withPending(own, pending.get(), 'm')).toEqual([])
    for (const one of pending.get()) settle(one)
  })
})
