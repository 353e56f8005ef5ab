import { memberCount, pathWeight, type Group } from '@sotto/mls'
import type { Cell } from '../cell.ts'
import type { RoomState } from './state.ts'
import type { Timers } from './timers.ts'

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

export interface FillingSession {
  readonly turn: 'idle' | 'waiting' | 'due'
  /** Whether the tree has no keys above this device. */
  readonly isThin: boolean
  readonly members: number
}

export const fillingAtFirst: FillingSession = { turn: 'idle', isThin: false, members: 0 }

export interface FillingDeps {
  readonly session: Cell<FillingSession>
  readonly timers: Timers
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

/** What a tree tells; null where it is not this device's to fill. */
const seenIn = (group: Group | null): Pick<FillingSession, 'isThin' | 'members'> =>
  group ? { isThin: isThin(group), members: memberCount(group.public.tree) } : { isThin: false, members: 0 }

export const fillInTime = ({ session, timers, isOnline, due }: FillingDeps): Filling => {
  /** The tree that was looked at last. */
  let seen: unknown = null
  const turnIs = (turn: FillingSession['turn']): void => session.change((now) => ({ ...now, turn }))

  const wait = (): void => {
    turnIs('waiting')
    const longestMs = Math.min(waitMaxMs, waitMinMs + session.now().members * waitPerMemberMs)
    timers.after(timers.between(waitMinMs, longestMs), () => {
      turnIs('idle')
      if (!session.now().isThin) return
      // All who were cut off with this device come back in one moment, too.
      if (!isOnline()) return wait()
      turnIs('due')
      due()
    })
  }

  return {
    look: ({ group, phase }) => {
      const own = phase.kind === 'active' ? group : null
      const tree = own?.public.tree ?? null
      if (tree === seen) return
      seen = tree
      session.change(({ turn }) => ({ ...seenIn(own), turn: turn === 'due' ? 'idle' : turn }))
      // Another epoch: the commit of this device is in it, or it has lost against another one.
      const { isThin: isWorthIt, turn } = session.now()
      if (isWorthIt && turn === 'idle') wait()
    },
    isDue: () => session.now().turn === 'due' && session.now().isThin,
  }
}
