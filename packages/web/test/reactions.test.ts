import { describe, expect, it } from 'vitest'
import {
  type ClientEvent,
  emojiOf,
  emptyDraft,
  type MessageItem,
  type ReactionView,
  type RoomView,
  type TimelineItem,
} from '@sotto/client'
import { found, nameOf, quick } from '../src/features/reactions/choices.ts'
import { react } from '../src/features/reactions/react.ts'
import { newestOfOthers } from '../src/features/reactions/newestOfOthers.ts'
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

const room: RoomView = {
  id: 'general',
  kind: 'encrypted',
  name: 'General',
  state: { kind: 'active' },
  unread: 0,
  readSeq: 0,
  memberCount: 2,
  latest: null,
  draft: emptyDraft,
  commands: [],
}
const message = (id: string, seq: number | null, own: boolean): MessageItem => ({
  kind: 'message',
  id,
  seq,
  sender: { account: own ? 'a' : 'b', name: own ? 'alice' : 'bob', own, isBot: false },
  text: id,
  timeMs: 0,
  delivery: { kind: 'sent' },
})

/** A client that stores a reaction as the message `own.1`, and tells what the test has happen. */
const storing = (stored: Promise<{ readonly id: string | null }>) => {
  const listeners = new Set<(event: ClientEvent) => void>()
  return {
    client: {
      react: () => stored,
      subscribe: (listener: (event: ClientEvent) => void) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    refuse: (id: string) => {
      for (const listener of listeners) listener({ kind: 'discarded', room: room.id, id, code: 'rate' })
    },
    listening: () => listeners.size,
  }
}

describe('what the server refuses after it was stored', () => {
  const target = { room, item: message('m', 7, false) }

  it('is gone again without a reload, and whoever said it hears why', async () => {
    const { client, refuse, listening } = storing(Promise.resolve({ id: 'own.1' }))
    const outcome = react(client, target, '👍', true)
    const told = expect(outcome).rejects.toMatchObject({ code: 'rate' })
    expect(withPending([], pending.get(), 'm')).toHaveLength(1)
    refuse('own.2')
    expect(pending.get()).toHaveLength(1)
    refuse('own.1')
    await told
    expect(withPending([], pending.get(), 'm')).toEqual([])
    expect(listening()).toBe(0)
  })

  it('is gone also where the refusal comes before the client has said that it is stored', async () => {
    const stored = Promise.withResolvers<{ readonly id: string | null }>()
    const { client, refuse } = storing(stored.promise)
    const outcome = react(client, target, '👍', true)
    refuse('own.1')
    stored.resolve({ id: 'own.1' })
    await expect(outcome).rejects.toMatchObject({ code: 'rate' })
    expect(pending.get()).toEqual([])
  })

  it('is not what came into the log, nor what stood there already', async () => {
    const { client, listening } = storing(Promise.resolve({ id: 'own.1' }))
    const outcome = react(client, target, '👍', true)
    const [one] = pending.get()
    if (one) settle(one)
    await outcome
    await react(storing(Promise.resolve({ id: null })).client, target, '👍', true)
    expect(pending.get()).toEqual([])
    expect(listening()).toBe(0)
  })
})

describe('/react', () => {
  const newest = (items: readonly TimelineItem[]) =>
    newestOfOthers({ timeline: async () => ({ items, more: false }) }, room.id)

  it('means the last that another one has said, and everybody has', async () => {
    const items = [message('first', 1, false), message('last', 2, false), message('own', 3, true)]
    expect((await newest(items))?.id).toBe('last')
    expect((await newest([...items, message('not there yet', null, false)]))?.id).toBe('last')
  })

  it('has nothing to mean where nobody else has said anything', async () => {
    expect(await newest([message('own', 1, true)])).toBeNull()
    expect(await newest([])).toBeNull()
  })
})
