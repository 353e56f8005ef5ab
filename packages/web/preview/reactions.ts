import type { ReactionView, TimelineItem } from '@sotto/client'

/** The reactions of a message when the user has said one more, or has taken it back. */
export const reactedIn = (
  before: readonly ReactionView[],
  emoji: string,
  isOn: boolean,
): readonly ReactionView[] => {
  const known = before.find((one) => one.emoji === emoji)
  if ((known?.own ?? false) === isOn) return before
  if (!known) return [...before, { emoji, count: 1, own: true, names: [] }]
  const count = known.count + (isOn ? 1 : -1)
  return count === 0
    ? before.filter((one) => one !== known)
    : before.map((one) => (one === known ? { ...known, count, own: isOn } : one))
}

const few: readonly ReactionView[] = [
  { emoji: '👍', count: 2, own: true, names: ['bob'] },
  { emoji: '🎉', count: 1, own: false, names: ['נועם'] },
]
const many: readonly ReactionView[] = [
  '👍',
  '❤️',
  '😂',
  '🎉',
  '😮',
  '🙏',
  '🚀',
  '👀',
  '✅',
  '🔥',
  '👩🏽‍🚀',
  '🏳️‍🌈',
].map((emoji, at) => ({
  emoji,
  count: 40 - 3 * at,
  own: at % 3 === 0,
  names: ['bob', 'chiara', 'emeka.okafor'],
}))

/** Some messages of a conversation with reactions: few, very many, none. */
export const withReactions = (items: readonly TimelineItem[]): readonly TimelineItem[] =>
  items.map((item, at) => {
    if (item.kind !== 'message') return item
    if (at % 7 === 3) return { ...item, reactions: few }
    return at % 23 === 5 ? { ...item, reactions: many } : item
  })
