import { memberCount, pathWeight, type Group } from '@sotto/mls'
import type { RoomState } from './state.ts'

/**
 * Gives the tree of a room keys. Whoever is invited comes into a part of the tree that has none: while only the
 * inviter has made commits, each of them has to seal its secret for every member by itself (1.2 kB each). A commit by
 * any member below such a part fills the nodes above it, and from then on one key stands for all who are below.
 *
 * One commit serves many neighbours, so members wait for a time of chance, and most of them find it done. Small rooms
 * never need it.
 */
export interface Filling {
  /** Takes note of the group as it is now. */
  look(room: RoomState): void
  /** Whether this device has waited its time, and the tree is still without keys above it. */
  isDue(): boolean
}

export interface FillingDeps {
  after(delayMs: number, task: () => void): void
  /** A random delay between the two. */
  between(minMs: number, maxMs: number): number
  isOnline(): boolean
  due(): void
}

/** So many keys instead of one are no burden yet. */
const keysMax = 16
const waitMinMs = 5000
/** The more members, the longer all of them together take: about one commit in two seconds at first. */
const waitPerMemberMs = 2000
const waitMaxMs = 2 * 3_600_000

const isThin = ({ public: { tree }, ownLeaf }: Group): boolean => pathWeight(tree, ownLeaf) > keysMax

export const fillInTime = ({ after, between, isOnline, due }: FillingDeps): Filling => {
  let turn: 'idle' | 'waiting' | 'due' = 'idle'
  let seen: unknown = null
  let thin = false
  let members = 0

  const wait = (): void => {
    turn = 'waiting'
    const longestMs = Math.min(waitMaxMs, waitMinMs + members * waitPerMemberMs)
    after(between(waitMinMs, longestMs), () => {
      turn = 'idle'
      if (!thin) return
      // All who were cut off with this device come back in one moment, too.
      if (!isOnline()) return wait()
      turn = 'due'
      due()
    })
  }

  return {
    look: ({ group, phase }) => {
      const tree = phase.kind === 'active' ? (group?.public.tree ?? null) : null
      if (tree === seen) return
      seen = tree
      thin = group !== null && tree !== null && isThin(group)
      members = group && tree ? memberCount(tree) : 0
      // Another epoch: the commit of this device is in it, or it has lost against another one.
      if (turn === 'due') turn = 'idle'
      if (thin && turn === 'idle') wait()
    },
    isDue: () => turn === 'due' && thin,
  }
}
