import {
  type Acknowledgement,
  anchorHashBytes,
  entryHash,
  equalBytes,
  type LogPage,
  operations,
  SottoError,
  toHex,
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
import {
  handedBackIn,
  handedUpTo,
  hasMoved,
  leftToOthers,
  lookedAt,
  type Restored,
  type RestoreProgress,
  shrunkTo,
  wholeAt,
} from './restoreProgress.ts'
import type { Runner } from './runner.ts'
import type { Place } from './state.ts'
import { stepped } from './step.ts'
import type { Tools } from './tools.ts'

/** Hands a server back what it has lost, page by page (REC-5). */
export interface LogRestorer {
  /** Offers some of it, and ends the stop when the server has all. @throws SottoError of the calls */
  restore(): Promise<Restored>
  /** The server has shown a head below what it had signed for before. */
  endsAt(head: number): void
  /** Null where nothing is lost, or nothing known of it yet. */
  handedBack(): HandedBack | null
}

export interface RestoreDeps {
  readonly store: Store
  readonly tools: Tools
  readonly line: Line
  readonly contacts: Pick<Contacts, 'handBack'>
  /** Null where nothing is lost, or nothing known of it yet. */
  readonly session: Cell<RestoreProgress | null>
  /** The server has the log up to there again. */
  isWhole(head: number): void
}

type Agreement = 'same' | 'other' | 'unknown'

const agreementOf = (one: Uint8Array, other: Uint8Array): Agreement =>
  equalBytes(one, other) ? 'same' : 'other'

const askAgainMs = 3000

/** How what the server has agrees with what this device has read; `unknown` where it cannot tell. */
const compare = async (
  { store, line }: Pick<RestoreDeps, 'store' | 'line'>,
  room: Uint8Array,
  { head: top, messages, ack }: LogPage,
  place: Place,
): Promise<Agreement> => {
  if (top.seq < place.cursor) {
    const known = await storedAnchor(store, toHex(room), top.seq)
    return known ? agreementOf(top.hash.subarray(0, anchorHashBytes), known) : 'unknown'
  }
  if (top.seq === place.cursor) return agreementOf(top.hash, place.hash)
  // Another history is one that the server has signed; of anything else nobody knows whose it is.
  const judgement = await judge(line.witness(), room, place, messages, ack)
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

export const makeLogRestorer = (runner: Runner, deps: RestoreDeps): LogRestorer => {
  const { store, tools, line, contacts, session, isWhole } = deps

  const look = async (): Promise<LogPage> => {
    const { id, place } = runner.state()
    const page = await line.call(operations.readLog, { room: id, from: place.cursor })
    if (!equalBytes(page.head.room, id) || !(await isSigned(line.witness(), page.head)))
      throw new SottoError('integrity', 'a head that the server has not signed')
    return page
  }

  const waiting = (): Restored => {
    session.change(leftToOthers)
    return { kind: 'waiting', looks: session.now()?.looks ?? 0 }
  }

  const hand = async (top: Acknowledgement): Promise<Restored> => {
    const { id, place, group } = runner.state()
    const stretch = await rawStretch(store, runner.id, top.seq + 1, place.cursor)
    if (!stretch) return waiting()
    const info = group && stretch.ack.seq === place.cursor ? await joinInfoOf(tools, runner.state()) : null
    try {
      const { head } = await line.call(operations.healRoom, { room: id, ...stretch, group: info })
      if (head.seq <= top.seq) return waiting()
      session.change((now) => handedUpTo(now, head.seq))
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

  const restore = async (): Promise<Restored> => {
    const { id, place } = runner.state()
    const page = await look()
    const { head: top } = page
    const whole = wholeAt(place)
    const isOthers = top.seq < whole && hasMoved(session.now(), top.seq)
    if (top.seq < whole) session.change((now) => lookedAt(now, top.seq, whole))
    switch (await compare(deps, id, page, place)) {
      case 'unknown':
        return waiting()
      case 'other':
        // The server has not lost the end of the log, it has another one.
        session.change(() => null)
        await runner.take((room) => stepped(refrozen(room, 'fork')))
        return { kind: 'waiting', looks: 0 }
      case 'same':
    }
    if (top.seq >= whole) {
      session.change(() => null)
      // First: the step tells how much is missing.
      isWhole(top.seq)
      await runner.take((room) => stepped(thawed(room)))
      return { kind: 'restored' }
    }
    if (isOthers) return { kind: 'watching' }
    // What it has signed for, and this device has not read, only others can hand back.
    return top.seq >= place.cursor ? waiting() : hand(top)
  }

  return {
    endsAt: (head) => session.change(() => shrunkTo(head, wholeAt(runner.state().place))),
    handedBack: () => handedBackIn(session.now()),
    restore,
  }
}
