import type { WaitingWelcome } from '@sotto/protocol'

/** What a device at work knows of the Welcomes that wait at the server. */
export interface WelcomeSession {
  /** Welcomes that are looked at again when the log has been read as far as they go, or this device is out of the room. */
  readonly awaited: ReadonlyMap<string, WaitingWelcome>
  readonly list: WelcomeList
  readonly reading: 'resting' | 'reading'
}

/** The list that the server has sent last. */
export type WelcomeList =
  | { readonly kind: 'whole' }
  /**
   * Welcomes wait that were not listed. `settled`: those that were settled since, each of which makes place for another,
   * once. `hasPlace`: one of them was settled since a list was asked for.
   */
  | { readonly kind: 'cut'; readonly settled: ReadonlySet<string>; readonly hasPlace: boolean }

export const welcomesAtFirst: WelcomeSession = {
  awaited: new Map(),
  list: { kind: 'whole' },
  reading: 'resting',
}

/** Welcomes that are asked for beyond a list that was cut, until one is whole. */
const settledMax = 1024

export const awaiting = (session: WelcomeSession, room: string, waiting: WaitingWelcome): WelcomeSession => ({
  ...session,
  awaited: new Map([...session.awaited, [room, waiting]]),
})

export const awaitedNoMore = (session: WelcomeSession, room: string): WelcomeSession => ({
  ...session,
  awaited: new Map([...session.awaited].filter(([id]) => id !== room)),
})

/** A list is asked for: what was settled before is not in it. */
export const asked = (session: WelcomeSession): WelcomeSession =>
  session.list.kind === 'cut' ? { ...session, list: { ...session.list, hasPlace: false } } : session

/** A list has come. */
export const listed = (session: WelcomeSession, isCut: boolean): WelcomeSession => {
  if (!isCut) return { ...session, list: { kind: 'whole' } }
  if (session.list.kind === 'cut') return session
  return { ...session, list: { kind: 'cut', settled: new Set(), hasPlace: false } }
}

/**
 * A Welcome is settled. A server that lists on what was settled, or ever more, would be asked without end: each makes place
 * in a list that was cut once.
 */
export const settledOne = (session: WelcomeSession, name: string): WelcomeSession => {
  const { list } = session
  if (list.kind === 'whole' || list.settled.has(name) || list.settled.size >= settledMax) return session
  return { ...session, list: { kind: 'cut', settled: new Set([...list.settled, name]), hasPlace: true } }
}

/** Whether it is worth to ask for another list. */
export const wantsMore = ({ list }: WelcomeSession): boolean => list.kind === 'cut' && list.hasPlace

export const reading = (session: WelcomeSession, what: WelcomeSession['reading']): WelcomeSession => ({
  ...session,
  reading: what,
})
