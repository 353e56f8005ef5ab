import {
  type Acknowledgement,
  type FailureCode,
  type LoggedMessage,
  type LogPage,
  operations,
  SottoError,
} from '@sotto/protocol'
import type { Contacts } from '../account/contacts.ts'
import type { Cell } from '../cell.ts'
import type { Scheduler } from '../ports/scheduler.ts'
import type { Store } from '../ports/store.ts'
import type { Asked } from './attempt.ts'
import { openEntry } from './entry.ts'
import { beginAtHead, stopRoom, takeHead } from './heads.ts'
import { type LogRestorer, makeLogRestorer } from './restoreLog.ts'
import type { RestoreProgress } from './restoreProgress.ts'
import { isSigned, judge, type Judgement } from './judge.ts'
import type { Line } from './line.ts'
import { keepPast } from './past.ts'
import { makeRawKeeper } from './rawKeeper.ts'
import { endingAt, hinted, type ReadingSession, suspected } from './reading.ts'
import { receive } from './receive.ts'
import type { Runner } from './runner.ts'
import { follows, type Place, type RoomState } from './state.ts'
import { type Step, stepped } from './step.ts'
import { lookUp } from '../timeline/lookUp.ts'
import type { Tools } from './tools.ts'

/** Keeps a room up with its log: pushes are taken where they fit, everything else is read by page. */
export interface Reader {
  /** The newest entry known to be in the log. */
  head(): number
  /** Entries that a push brought; what does not follow the cursor is fetched. */
  push(messages: readonly LoggedMessage[], ack: Acknowledgement): Promise<void>
  /** The log is said to go at least this far. */
  hint(seq: number): void
  /** A head that the server has signed; `then` is the place that the room had reached before it was asked for. */
  headIs(ack: Acknowledgement, then: Place): Promise<void>
  /** Reads one page. @throws SottoError of the call, or `integrity` when the answer does not fit */
  fetch(): Promise<void>
  freeze(code: FailureCode): Promise<void>
  /**
   * Takes the server's signed head for the own place: for a room of which nothing is known but that it is there.
   *
   * @returns whether the server lists the room for this device
   */
  begin(): Promise<boolean>
  /** Gives the server back what it has lost. */
  readonly restorer: LogRestorer
  /** First half of the hash of an entry, if it is one of the newest. */
  anchor(seq: number): Uint8Array | undefined
}

export interface ReaderDeps {
  readonly store: Store
  readonly tools: Tools
  readonly line: Line
  readonly contacts: Pick<Contacts, 'handBack'>
  readonly scheduler: Pick<Scheduler, 'turn'>
  readonly session: Cell<ReadingSession>
  readonly restoring: Cell<RestoreProgress | null>
  /** How many bytes of a room's log are kept as they came. */
  rawBytesMax(): number
}

export const makeReader = (runner: Runner, deps: ReaderDeps): Reader => {
  const { store, tools, line, session, scheduler } = deps
  const past = keepPast(store, runner.id)
  const rawKeeper = makeRawKeeper(store, runner.id, deps.rawBytesMax)
  const restorer = makeLogRestorer(runner, {
    ...deps,
    session: deps.restoring,
    isWhole: (seq) => session.change((now) => endingAt(now, seq)),
  })
  const heads = { runner, line, session, shrunkTo: restorer.endsAt }
  const headNow = (): number => session.now().head
  const freeze = (code: FailureCode): Promise<void> => stopRoom(runner, code)

  /** @returns whether the entries followed the cursor, or were known */
  const take = async (
    messages: readonly LoggedMessage[],
    ack: Acknowledgement,
  ): Promise<Judgement['kind']> => {
    let outcome: Judgement['kind'] = 'fits'
    const step = async (room: RoomState, asked: Asked): Promise<Step> => {
      if (!follows(room)) return stepped(room)
      const judgement = await judge(line.witness(), room.id, room.place, messages, ack)
      outcome = judgement.kind
      if (judgement.kind !== 'fits' || judgement.entries.length === 0) return stepped(room)
      const entries = judgement.entries.map((judged) => openEntry(room.id, judged))
      const known = await past.of(entries)
      past.remember(entries)
      const reading = { entries, ack, past: known, asked, turn: scheduler.turn }
      return receive(tools, room, { ...reading, lookUp: (wanted) => lookUp(store, runner.id, wanted) })
    }
    try {
      await runner.take(step)
    } catch (error) {
      if (error instanceof SottoError && error.code === 'storage_full')
        await rawKeeper.makeRoom(runner.state().place.cursor)
      throw error
    }
    void rawKeeper.received(runner.state().place.cursor)
    return outcome
  }

  const fetch = async (): Promise<void> => {
    const then = runner.state().place
    const known = headNow()
    const page = await readPage(line, runner.state().id, then.cursor + 1)
    if (!page) return freeze('server_rollback')
    await takeHead(heads, page.head, then, known)
    const outcome = page.messages.length > 0 ? await take(page.messages, page.ack) : 'broken'
    if (outcome === 'forked') return freeze('fork')
    const hasMoved = outcome === 'fits' && runner.state().place.cursor > then.cursor
    if (!hasMoved && runner.state().place.cursor >= headNow()) return
    if (!hasMoved && session.now().isSuspect) return freeze('integrity')
    session.change((now) => suspected(now, !hasMoved))
  }

  return {
    head: headNow,
    hint: (seq) => session.change((now) => hinted(now, seq)),
    headIs: (ack, then) => takeHead(heads, ack, then, headNow()),
    freeze,
    restorer,
    begin: () => beginAtHead(heads),
    anchor: past.anchor,
    push: async (messages, ack) => {
      const outcome = await take(messages, ack)
      // Either way the log itself decides: a push is only a hint.
      if (outcome !== 'fits' && (await isSigned(line.witness(), ack)))
        session.change((now) => hinted(now, ack.seq))
    },
    fetch,
  }
}

/**
 * A page of the log that the server has signed; undefined when it knows nothing of a room whose entries it has signed, or
 * nothing of this device in it: who was taken out may read the log to the entry that did it.
 *
 * @throws SottoError of the call; `integrity` for what nobody has signed: it says nothing about the log, may be anybody's,
 * and is asked for again
 */
const readPage = async (line: Line, room: Uint8Array, from: number): Promise<LogPage | undefined> => {
  const page = await line.call(operations.readLog, { room, from }).catch((error: unknown) => {
    if (error instanceof SottoError && (error.code === 'room_unknown' || error.code === 'not_member'))
      return undefined
    throw error
  })
  if (page && !(await isSignedPage(line, page)))
    throw new SottoError('integrity', 'a page that the server has not signed')
  return page
}

const isSignedPage = async (line: Line, { head, messages, ack }: LogPage): Promise<boolean> =>
  (await isSigned(line.witness(), head)) && (messages.length === 0 || (await isSigned(line.witness(), ack)))
