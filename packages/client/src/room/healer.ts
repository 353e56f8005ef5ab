import {
  type Acknowledgement,
  anchorHashBytes,
  entryHash,
  equalBytes,
  limits,
  type LogPage,
  operations,
  SottoError,
} from '@sotto/protocol'
import type { Contacts } from '../account/contacts.ts'
import type { Cell } from '../cell.ts'
import type { Store } from '../ports/store.ts'
import type { HandedBack } from '../view.ts'
import { joinInfoOf } from './joinInfo.ts'
import { refrozen, thawed } from './freeze.ts'
import { isSigned, judge } from './judge.ts'
import type { Line } from './line.ts'
import { storedAnchor } from './storedAnchor.ts'
import { rawStretch } from './rawLog.ts'
import type { Runner } from './runner.ts'
import type { Place } from './state.ts'
import { stepped } from './step.ts'
import type { Tools } from './tools.ts'

export type Healing =
  | { readonly kind: 'healed' }
  /** The server has taken something from this device, and there may be more. */
  | { readonly kind: 'handing' }
  /** Another device hands back: two at the same would only do the same twice. */
  | { readonly kind: 'watching' }
  /** This device has nothing to offer; it has looked so often since anything changed. */
  | { readonly kind: 'waiting'; readonly looks: number }
  /** The server takes more from this device only then; others may go on. */
  | { readonly kind: 'later'; readonly delayMs: number }

/** How soon it is looked again at a server to which this device has nothing to give back; twice as long each time. */
const waitingMs = 2000

/**
 * How long to wait before the next look, in milliseconds; null where there is nothing left to look for.
 *
 * @param between a time of chance, so that devices that began together do not go on doing the same
 */
export const pauseAfter = (
  healing: Healing,
  between: (minMs: number, maxMs: number) => number,
): number | null => {
  const { retryDelayMinMs, retryDelayMaxMs } = limits
  switch (healing.kind) {
    case 'healed':
      return null
    case 'handing':
      return between(retryDelayMinMs, 2 * retryDelayMinMs)
    case 'watching':
      return between(4 * retryDelayMinMs, 10 * retryDelayMinMs)
    case 'later':
      return Math.min(healing.delayMs, retryDelayMaxMs)
    case 'waiting':
      return Math.min(retryDelayMaxMs, waitingMs * 2 ** Math.min(healing.looks, 10))
  }
}

/** Hands a server back what it has lost, page by page (REC-5). */
export interface Healer {
  /** Offers some of it, and ends the stop when the server has all. @throws SottoError of the calls */
  heal(): Promise<Healing>
  /** The server has shown a head below what it had signed for before. */
  endsAt(head: number): void
  /** Null where nothing is lost, or nothing known of it yet. */
  handedBack(): HandedBack | null
}

export interface HealerDeps {
  readonly store: Store
  readonly tools: Tools
  readonly line: Line
  readonly contacts: Pick<Contacts, 'handBack'>
  /** Null where nothing is lost, or nothing known of it yet. */
  readonly session: Cell<HandingBack | null>
  /** The server has the log up to there again. */
  isWhole(head: number): void
}

/** Where a server stood at the first look and stands now, in what it had signed for up to `to`. */
export interface HandingBack {
  readonly from: number
  readonly at: number
  readonly to: number
  readonly next: HandedBack['next']
  readonly looks: number
}

type Agreement = 'same' | 'other' | 'unknown'

const agreementOf = (one: Uint8Array, other: Uint8Array): Agreement =>
  equalBytes(one, other) ? 'same' : 'other'

const askAgainMs = 3000

export const makeHealer = (runner: Runner, deps: HealerDeps): Healer => {
  const { store, tools, line, contacts, session, isWhole } = deps
  const progressIs = (next: HandingBack | null): void => session.change(() => next)

  /** How what the server has agrees with what this device has read; `unknown` where it cannot tell. */
  const compare = async ({ head: top, messages, ack }: LogPage, place: Place): Promise<Agreement> => {
    if (top.seq < place.cursor) {
      const known = await storedAnchor(store, runner.id, top.seq)
      return known ? agreementOf(top.hash.subarray(0, anchorHashBytes), known) : 'unknown'
    }
    if (top.seq === place.cursor) return agreementOf(top.hash, place.hash)
    // Another history is one that the server has signed; of anything else nobody knows whose it is.
    const judgement = await judge(line.witness(), runner.state().id, place, messages, ack)
    switch (judgement.kind) {
      case 'fits': {
        const isOwn = ({ entry }: LogPage['messages'][number]) => equalBytes(entryHash(entry), place.hash)
        return judgement.entries.length > 0 || messages.some(isOwn) ? 'same' : 'unknown'
      }
      case 'forked':
        return 'other'
      case 'gap':
      case 'broken':
        return 'unknown'
    }
  }

  const look = async (): Promise<LogPage> => {
    const { id, place } = runner.state()
    const page = await line.call(operations.readLog, { room: id, from: place.cursor })
    if (!equalBytes(page.head.room, id) || !(await isSigned(line.witness(), page.head)))
      throw new SottoError('integrity', 'a head that the server has not signed')
    return page
  }

  /** @returns whether the server has come further since the last look, and not by this device */
  const note = ({ seq }: Acknowledgement, to: number): boolean => {
    const before = session.now()
    // A server may be set back once more meanwhile.
    const from = before ? Math.min(before.from, seq) : seq
    const hasMoved = before !== null && seq > before.at
    const looks = before && !hasMoved ? before.looks + 1 : 0
    progressIs({ from, at: seq, to, next: before?.next ?? 'here', looks })
    return hasMoved
  }

  const waiting = (): Healing => {
    session.change((progress) => progress && { ...progress, next: 'elsewhere' })
    return { kind: 'waiting', looks: session.now()?.looks ?? 0 }
  }

  const hand = async (top: Acknowledgement): Promise<Healing> => {
    const { id, place, group } = runner.state()
    const stretch = await rawStretch(store, runner.id, top.seq + 1, place.cursor)
    if (!stretch) return waiting()
    const info = group && stretch.ack.seq === place.cursor ? await joinInfoOf(tools, runner.state()) : null
    try {
      const { head } = await line.call(operations.healRoom, { room: id, ...stretch, group: info })
      if (head.seq <= top.seq) return waiting()
      session.change((progress) => progress && { ...progress, at: head.seq, next: 'here', looks: 0 })
      return { kind: 'handing' }
    } catch (error) {
      if (!(error instanceof SottoError)) throw error
      const { retryAfterMs } = error.detail
      if (error.code === 'rate') return { kind: 'later', delayMs: Number(retryAfterMs ?? askAgainMs) }
      if (error.code !== 'policy') throw error
      // A server judges what was done in the room by the chains that it has, and may have lost some of those as well.
      return (await contacts.handBack()) ? { kind: 'handing' } : waiting()
    }
  }

  const wholeAt = ({ cursor, confirmed }: Place): number => Math.max(cursor, confirmed)

  return {
    endsAt: (head) => {
      const to = wholeAt(runner.state().place)
      progressIs({ from: head, at: head, to, next: 'here', looks: 0 })
    },
    handedBack: () => {
      const progress = session.now()
      return (
        progress && {
          lost: progress.to - progress.from,
          count: progress.at - progress.from,
          next: progress.next,
        }
      )
    },
    heal: async () => {
      const { place } = runner.state()
      const page = await look()
      const { head: top } = page
      const whole = wholeAt(place)
      const hasMoved = top.seq < whole && note(top, whole)
      switch (await compare(page, place)) {
        case 'unknown':
          return waiting()
        case 'other':
          // The server has not lost the end of the log, it has another one.
          progressIs(null)
          await runner.take((room) => stepped(refrozen(room, 'fork')))
          return { kind: 'waiting', looks: 0 }
        case 'same':
      }
      if (top.seq >= whole) {
        progressIs(null)
        // First: the step tells how much is missing.
        isWhole(top.seq)
        await runner.take((room) => stepped(thawed(room)))
        return { kind: 'healed' }
      }
      if (hasMoved) return { kind: 'watching' }
      // What it has signed for, and this device has not read, only others can hand back.
      return top.seq >= place.cursor ? waiting() : hand(top)
    },
  }
}
