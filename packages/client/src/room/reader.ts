import {
  type Acknowledgement,
  anchorHashBytes,
  equalBytes,
  type FailureCode,
  type LoggedMessage,
  type LogPage,
  operations,
  SottoError,
} from '@sotto/protocol'
import type { Contacts } from '../account/contacts.ts'
import type { Scheduler } from '../ports/scheduler.ts'
import type { Store } from '../ports/store.ts'
import type { Asked } from './attempt.ts'
import { type OpenedEntry, openEntry, type Past, references } from './entry.ts'
import { isSigned, judge, type JudgedEntry, type Judgement } from './judge.ts'
import { roomKeys } from './keys.ts'
import type { Line } from './line.ts'
import { frozen } from './freeze.ts'
import { type Healer, makeHealer } from './healer.ts'
import { hasPlace } from './plan.ts'
import { makeRawKeeper } from './rawKeeper.ts'
import { storedAnchor } from './storedAnchor.ts'
import { receive } from './receive.ts'
import type { Runner } from './runner.ts'
import { follows, type Place, type RoomState } from './state.ts'
import { type Step, stepped } from './step.ts'
import { lookUp } from '../timeline/lookUp.ts'
import type { Tools } from './tools.ts'
import { decodeUses, type Use } from './uses.ts'

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
  readonly healer: Healer
  /** First half of the hash of an entry, if it is one of the newest. */
  anchor(seq: number): Uint8Array | undefined
}

export interface ReaderDeps {
  readonly store: Store
  readonly tools: Tools
  readonly line: Line
  readonly contacts: Pick<Contacts, 'handBack'>
  readonly scheduler: Pick<Scheduler, 'turn'>
  /** How many bytes of a room's log are kept as they came. */
  rawBytesMax(): number
}

/** Hashes of the newest entries are kept at hand: most anchors name one of them. */
const anchorsKept = 1024

export const makeReader = (
  runner: Runner,
  { store, tools, line, contacts, scheduler, rawBytesMax }: ReaderDeps,
): Reader => {
  let head = 0
  /** The log was read again because what came did not fit; a second time is once too often (F14). */
  let suspected = false
  const anchors = new Map<number, Uint8Array>()

  const rawKeeper = makeRawKeeper(store, runner.id, rawBytesMax)

  const pastOf = async (entries: readonly OpenedEntry[]): Promise<Past> => {
    const wanted = references(entries)
    const found = new Map<number, Uint8Array>()
    const uses = new Map<string, readonly Use[]>()
    await Promise.all([
      ...[...wanted.anchors].map(async (seq) => {
        const anchor = anchors.get(seq) ?? (await storedAnchor(store, runner.id, seq))
        if (anchor) found.set(seq, anchor)
      }),
      ...[...wanted.messages].map(async (message) => {
        const known = await store.get(roomKeys.knownMessage(runner.id, message))
        if (known) uses.set(message, decodeUses(known))
      }),
    ])
    return { anchor: (seq) => found.get(seq), uses: (message) => uses.get(message) ?? [] }
  }

  const remember = (entries: readonly JudgedEntry[]): void => {
    for (const { entry, hash } of entries) anchors.set(entry.seq, hash.subarray(0, anchorHashBytes))
    for (const seq of anchors.keys()) {
      if (anchors.size <= anchorsKept) return
      anchors.delete(seq)
    }
  }

  const freeze = (code: FailureCode): Promise<void> => runner.take((room) => stepped(frozen(room, code)))

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
      const past = await pastOf(entries)
      remember(entries)
      const reading = { entries, ack, past, asked, turn: scheduler.turn }
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

  const healer = makeHealer(runner, {
    store,
    tools,
    line,
    contacts,
    isWhole: (seq) => {
      head = seq
    },
  })

  /** @param known the head when this was asked for: what was heard of since is newer than the answer */
  const headIs = async (ack: Acknowledgement, then: Place, known = head): Promise<void> => {
    if (!equalBytes(ack.room, runner.state().id) || !(await isSigned(line.witness(), ack))) return
    if (!hasPlace(then)) return
    if (ack.seq < Math.max(then.cursor, then.confirmed)) {
      if (follows(runner.state())) healer.endsAt(ack.seq)
      return freeze('server_rollback')
    }
    if (ack.seq === then.cursor && !equalBytes(ack.hash, then.hash)) return freeze('fork')
    head = Math.max(head === known ? 0 : head, ack.seq, runner.state().place.cursor)
    // Kept, so that what was signed for cannot be taken back before it is read (T-TAIL).
    if (ack.seq > runner.state().place.confirmed)
      await runner.take((room) =>
        stepped(
          follows(room) && ack.seq > room.place.confirmed
            ? { ...room, place: { ...room.place, confirmed: ack.seq } }
            : room,
        ),
      )
  }

  const isSignedPage = async ({ head: newest, messages, ack }: LogPage): Promise<boolean> =>
    (await isSigned(line.witness(), newest)) &&
    (messages.length === 0 || (await isSigned(line.witness(), ack)))

  /**
   * Undefined when the server knows nothing of a room whose entries it has signed, or nothing of this device in it: who
   * was taken out may read the log to the entry that did it.
   */
  const readFrom = async (from: number): Promise<LogPage | undefined> => {
    try {
      return await line.call(operations.readLog, { room: runner.state().id, from })
    } catch (error) {
      if (error instanceof SottoError && (error.code === 'room_unknown' || error.code === 'not_member'))
        return undefined
      throw error
    }
  }

  return {
    head: () => head,
    hint: (seq) => {
      head = Math.max(head, seq)
    },
    headIs: (ack, then) => headIs(ack, then),
    freeze,
    healer,
    begin: async () => {
      const { id } = runner.state()
      const { rooms } = await line.call(operations.listRooms, {})
      const found = rooms.find((listed) => equalBytes(listed.room, id))
      if (!found) return false
      const { seq, hash, timeMs } = found.head
      if (!equalBytes(found.head.room, id) || !(await isSigned(line.witness(), found.head)))
        throw new SottoError('integrity', 'a head that the server has not signed')
      await runner.take((room) =>
        stepped({ ...room, place: { ...room.place, cursor: seq, hash, timeMs, confirmed: seq, from: seq } }),
      )
      head = Math.max(head, seq)
      return true
    },
    anchor: (seq) => anchors.get(seq),
    push: async (messages, ack) => {
      const outcome = await take(messages, ack)
      // Either way the log itself decides: a push is only a hint.
      if (outcome !== 'fits' && (await isSigned(line.witness(), ack))) head = Math.max(head, ack.seq)
    },
    fetch: async () => {
      const then = runner.state().place
      const known = head
      const page = await readFrom(then.cursor + 1)
      if (!page) return freeze('server_rollback')
      // What nobody has signed says nothing about the log, and may be anybody's: it is asked for again.
      if (!(await isSignedPage(page)))
        throw new SottoError('integrity', 'a page that the server has not signed')
      await headIs(page.head, then, known)
      const outcome = page.messages.length > 0 ? await take(page.messages, page.ack) : 'broken'
      if (outcome === 'forked') return freeze('fork')
      if (outcome === 'fits' && runner.state().place.cursor > then.cursor) {
        suspected = false
        return
      }
      if (runner.state().place.cursor >= head) return
      if (suspected) return freeze('integrity')
      suspected = true
    },
  }
}
