import type { ReactionView } from '@sotto/client'
import { observed } from '../../ui/observed.ts'

/** What the user has said last about a message with an emoji, while the log does not show it. */
export interface Pending {
  readonly id: string
  readonly emoji: string
  readonly isOn: boolean
}

/** More are never on their way at a time, unless nothing is sent for long. */
const pendingMax = 64

/** Of this page. What is on its way when the page is left is sent all the same. */
export const pending = observed<readonly Pending[]>([])

const isSame = (a: Pending, b: Pending): boolean => a.id === b.id && a.emoji === b.emoji

export const begin = (one: Pending): void =>
  pending.set([...pending.get().filter((other) => !isSame(one, other)), one].slice(-pendingMax))

export const settle = (one: Pending): void => {
  const rest = pending.get().filter((other) => other !== one)
  if (rest.length < pending.get().length) pending.set(rest)
}

const ownIn = (reactions: readonly ReactionView[], emoji: string): boolean =>
  reactions.some((one) => one.emoji === emoji && one.own)

/** Those of a message that the log shows by now. */
export const arrived = (
  all: readonly Pending[],
  id: string,
  reactions: readonly ReactionView[],
): readonly Pending[] => all.filter((one) => one.id === id && ownIn(reactions, one.emoji) === one.isOn)

const become = (reactions: readonly ReactionView[], { emoji, isOn }: Pending): readonly ReactionView[] => {
  const known = reactions.find((one) => one.emoji === emoji)
  if ((known?.own ?? false) === isOn) return reactions
  if (!known) return [...reactions, { emoji, count: 1, own: true, names: [] }]
  const count = known.count + (isOn ? 1 : -1)
  return count === 0
    ? reactions.filter((one) => one !== known)
    : reactions.map((one) => (one === known ? { ...known, count, own: isOn } : one))
}

/** The reactions of a message as they will be. */
export const withPending = (
  reactions: readonly ReactionView[],
  all: readonly Pending[],
  id: string,
): readonly ReactionView[] => all.filter((one) => one.id === id).reduce(become, reactions)
