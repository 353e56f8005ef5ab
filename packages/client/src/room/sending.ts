import { toHex } from '@sotto/protocol'
import type { Acknowledged } from '../timeline/view.ts'
import type { SpaceOwner } from '../view.ts'
import type { OutboxItem, Pending, RoomState } from './state.ts'

/** What a room at work knows of what it has sent. */
export interface SendingSession {
  /**
   * What is on its way, or acknowledged and not in the log yet: messages by id in hex, and the commit or proposal as
   * `pending`.
   */
  readonly underWay: ReadonlySet<string>
  /** Whether the server has taken a message of this device since it was opened: until then, one is tried alone. */
  readonly isTrusted: boolean
  /** What the server has signed for, by message in hex; the log must show it. */
  readonly promised: ReadonlyMap<string, Promised>
  /** Messages that the server has no space for, until they are told of otherwise. */
  readonly noSpace: ReadonlyMap<string, SpaceOwner>
  /** The counter of the commit or proposal that the server says it has. */
  readonly takenCounter: number | null
  /** Intents whose key packages were claimed a second time; there is no third. */
  readonly reclaimed: ReadonlySet<string>
}

export interface Promised extends Acknowledged {
  readonly hash: Uint8Array
  readonly counter: number
}

export const sendingAtFirst: SendingSession = {
  underWay: new Set(),
  isTrusted: false,
  promised: new Map(),
  noSpace: new Map(),
  takenCounter: null,
  reclaimed: new Set(),
}

/** Under which name a commit or proposal is under way; messages have ids of 32 digits. */
export const pendingId = 'pending'

const without = <T>(set: ReadonlySet<T>, ...gone: readonly T[]): ReadonlySet<T> =>
  new Set([...set].filter((one) => !gone.includes(one)))
const withoutKeys = <T>(map: ReadonlyMap<string, T>, isGone: (key: string) => boolean) =>
  new Map([...map].filter(([key]) => !isGone(key)))

export const departed = (session: SendingSession, ids: readonly string[]): SendingSession => ({
  ...session,
  underWay: new Set([...session.underWay, ...ids]),
})

export const returned = (session: SendingSession, id: string): SendingSession => ({
  ...session,
  underWay: without(session.underWay, id),
})

export const trusted = (session: SendingSession): SendingSession => ({ ...session, isTrusted: true })

/** The server has signed that the message stands in the log. */
export const promisedFor = (session: SendingSession, id: string, promise: Promised): SendingSession => ({
  ...session,
  noSpace: withoutKeys(session.noSpace, (key) => key === id),
  promised: new Map([...session.promised, [id, promise]]),
})

export const crowdedOutOf = (session: SendingSession, id: string, owner: SpaceOwner): SendingSession => ({
  ...session,
  noSpace: new Map([...session.noSpace, [id, owner]]),
})

export const takenByServer = (session: SendingSession, { counter }: Pending): SendingSession => ({
  ...session,
  takenCounter: counter,
})

export const reclaimedFor = (session: SendingSession, intents: readonly string[]): SendingSession => ({
  ...session,
  reclaimed: new Set([...session.reclaimed, ...intents]),
})

/** The line is a new one: what the log does not show yet is sent again, for the server may have lost it since. */
export const reconnected = (session: SendingSession, pending: Pending | null): SendingSession => {
  const again = pending && pending.counter === session.takenCounter ? [pendingId] : []
  return { ...session, underWay: without(session.underWay, ...session.promised.keys(), ...again) }
}

/** Forgets what a step has settled. */
export const settledWith = (session: SendingSession, before: RoomState, after: RoomState): SendingSession => {
  const next = before.pending === after.pending ? session : returned(session, pendingId)
  if (before.outbox === after.outbox) return next
  const left = idsOf(after.outbox)
  const sent = idsOf(after.outbox.filter(({ stage }) => stage.kind === 'encrypted'))
  const isOver = (id: string): boolean => id !== pendingId && !sent.has(id)
  const over = [...next.underWay].filter(isOver)
  return {
    ...next,
    underWay: without(next.underWay, ...over),
    // Also of what is not under way: after a new line it waits to be sent again, and the log may show it first.
    promised: withoutKeys(next.promised, (id) => !sent.has(id)),
    noSpace: withoutKeys(next.noSpace, (id) => !left.has(id)),
  }
}

const idsOf = (items: readonly OutboxItem[]): ReadonlySet<string> =>
  new Set(items.map(({ message }) => toHex(message)))
