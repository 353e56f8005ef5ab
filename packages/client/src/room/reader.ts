import {
  type Acknowledgement,
  anchorHashBytes,
  equalBytes,
  type FailureCode,
  type LoggedMessage,
  operations,
} from '@sotto/protocol'
import type { Store } from '../ports/store.ts'
import { decodeLogRecord } from '../timeline/record.ts'
import type { Asked } from './attempt.ts'
import { type OpenedEntry, openEntry, type Past, references } from './entry.ts'
import { isSigned, judge, type JudgedEntry } from './judge.ts'
import { roomKeys } from './keys.ts'
import type { Line } from './line.ts'
import { receive } from './receive.ts'
import type { Runner } from './runner.ts'
import { follows, type Place, type RoomState } from './state.ts'
import { type Step, stepped } from './step.ts'
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
  /** First half of the hash of an entry, if it is one of the newest. */
  anchor(seq: number): Uint8Array | undefined
}

export interface ReaderDeps {
  readonly store: Store
  readonly tools: Tools
  readonly line: Line
}

/** Hashes of the newest entries are kept at hand: most anchors name one of them. */
const anchorsKept = 1024

export const makeReader = (runner: Runner, { store, tools, line }: ReaderDeps): Reader => {
  let head = 0
  /** The log was read again because what came did not fit; a second time is once too often (F14). */
  let suspected = false
  const anchors = new Map<number, Uint8Array>()

  const lookUp = async (entries: readonly OpenedEntry[]): Promise<Past> => {
    const wanted = references(entries)
    const found = new Map<number, Uint8Array>()
    const senders = new Map<string, readonly string[]>()
    await Promise.all([
      ...[...wanted.anchors].map(async (seq) => {
        const anchor = anchors.get(seq) ?? (await storedAnchor(store, runner.id, seq))
        if (anchor) found.set(seq, anchor)
      }),
      ...[...wanted.messages].map(async (message) => {
        const known = await store.get(roomKeys.knownMessage(runner.id, message))
        if (known) senders.set(message, String.fromCharCode(...known).split(' '))
      }),
    ])
    return { anchor: (seq) => found.get(seq), senders: (message) => senders.get(message) ?? [] }
  }

  const remember = (entries: readonly JudgedEntry[]): void => {
    for (const { entry, hash } of entries) anchors.set(entry.seq, hash.subarray(0, anchorHashBytes))
    for (const seq of anchors.keys()) {
      if (anchors.size <= anchorsKept) return
      anchors.delete(seq)
    }
  }

  const freeze = (code: FailureCode): Promise<void> =>
    runner.take((room) =>
      follows(room)
        ? stepped({ ...room, phase: { kind: 'frozen', code, rule: null, nack: null } })
        : stepped(room),
    )

  /** @returns whether the entries followed the cursor, or were known */
  const take = async (
    messages: readonly LoggedMessage[],
    ack: Acknowledgement,
  ): Promise<'fits' | 'gap' | 'broken'> => {
    let outcome: 'fits' | 'gap' | 'broken' = 'fits'
    const step = async (room: RoomState, asked: Asked): Promise<Step> => {
      if (!follows(room)) return stepped(room)
      const judgement = await judge(line.witness(), room.id, room.place, messages, ack)
      outcome = judgement.kind
      if (judgement.kind !== 'fits' || judgement.entries.length === 0) return stepped(room)
      const entries = judgement.entries.map((judged) => openEntry(room.id, judged))
      const past = await lookUp(entries)
      remember(entries)
      return receive(tools, room, { entries, confirmed: ack.seq, past, asked })
    }
    await runner.take(step)
    return outcome
  }

  const headIs = async (ack: Acknowledgement, then: Place): Promise<void> => {
    if (!equalBytes(ack.room, runner.state().id) || !(await isSigned(line.witness(), ack))) return
    if (ack.seq < Math.max(then.cursor, then.confirmed)) return freeze('server_rollback')
    if (ack.seq === then.cursor && !equalBytes(ack.hash, then.hash)) return freeze('fork')
    head = Math.max(ack.seq, runner.state().place.cursor)
  }

  return {
    head: () => head,
    hint: (seq) => {
      head = Math.max(head, seq)
    },
    headIs,
    freeze,
    anchor: (seq) => anchors.get(seq),
    push: async (messages, ack) => {
      const outcome = await take(messages, ack)
      // Either way the log itself decides: a push is only a hint.
      if (outcome !== 'fits' && (await isSigned(line.witness(), ack))) head = Math.max(head, ack.seq)
    },
    fetch: async () => {
      const then = runner.state().place
      const page = await line.call(operations.readLog, { room: runner.state().id, from: then.cursor + 1 })
      await headIs(page.head, then)
      const outcome = page.messages.length > 0 ? await take(page.messages, page.ack) : 'broken'
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

const storedAnchor = async (store: Store, room: string, seq: number) => {
  const row = await store.get(roomKeys.logEntry(room, seq))
  return row && decodeLogRecord(row).anchor
}
