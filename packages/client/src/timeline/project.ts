import { limits, toHex } from '@sotto/protocol'
import { messageReference } from '../content/payload.ts'
import type { Change } from '../ports/store.ts'
import { roomKeys } from '../room/keys.ts'
import { encodeMark, encodeMarks, isMarkSized, type Mark, type WaitingMark, withMark } from './marks.ts'
import { encodePlace } from './places.ts'
import type { LogRecord, RecordedItem } from './record.ts'
import { standsAlone, type Target, type TargetOf, targetOf } from './target.ts'

/**
 * The timeline is a fold over the log: an entry adds items, or changes one that stands elsewhere. What the fold keeps
 * beside the log, so that a message is found by its reference and a page is read with its marks, is written in the
 * transaction of the entry.
 */
export interface PlacedRecord {
  readonly seq: number
  readonly record: LogRecord
}

/** A record with what has been said about its message since. */
export interface ShownRecord extends PlacedRecord {
  readonly marks: readonly Mark[]
}

/** What has to be looked up before entries are folded. */
export interface Wanted {
  /** The messages that the entries are about, by their references in hex. */
  readonly targets: readonly string[]
  /** Whether messages come for which marks may wait. */
  readonly isAwaited: boolean
}

/** What the store says of it. */
export interface Known {
  /** Where the targets stand, by their references in hex, as far as they are known. */
  readonly targets: ReadonlyMap<string, ShownRecord>
  /** All marks that wait in the room, oldest first. */
  readonly waiting: readonly WaitingMark[]
}

export interface Projected {
  readonly changes: readonly Change[]
  /** Those of the entries that have something to show. */
  readonly fresh: readonly ShownRecord[]
  /** Earlier ones that are shown otherwise now. */
  readonly changed: readonly ShownRecord[]
}

export const nothingKnown: Known = { targets: new Map(), waiting: [] }

interface Step {
  readonly seq: number
  readonly timeMs: number
  readonly message: Extract<RecordedItem, { kind: 'message' }>
  readonly target: Target | undefined
}

const stepsOf = (entries: readonly PlacedRecord[], about: TargetOf): readonly Step[] =>
  entries.flatMap(({ seq, record: { timeMs, items } }) =>
    items.flatMap((item) =>
      item.kind === 'message' ? [{ seq, timeMs, message: item, target: about(item.said) }] : [],
    ),
  )

export const wantedBy = (entries: readonly PlacedRecord[], about: TargetOf = targetOf): Wanted => {
  const steps = stepsOf(entries, about)
  const targets = steps.flatMap(({ target }) => (target ? [toHex(target.reference)] : []))
  return { targets: [...new Set(targets)], isAwaited: targets.length < steps.length }
}

/** The fold under way. */
interface Draft {
  /** Of messages in the entries and of targets. */
  readonly places: Map<string, number>
  readonly marks: Map<number, readonly Mark[]>
  readonly touched: Set<number>
  /** In the order of the log. */
  waiting: readonly WaitingMark[]
  /** References of the messages in the entries. */
  readonly named: Map<string, number>
}

const draftOf = ({ targets, waiting }: Known): Draft => ({
  places: new Map([...targets].map(([reference, { seq }]) => [reference, seq])),
  marks: new Map([...targets.values()].map(({ seq, marks }) => [seq, marks])),
  touched: new Set(),
  waiting,
  named: new Map(),
})

const put = (draft: Draft, seq: number, mark: Mark): void => {
  const before = draft.marks.get(seq) ?? []
  const after = withMark(before, mark)
  if (after === before) return
  draft.marks.set(seq, after)
  draft.touched.add(seq)
}

type Sha256 = (data: Uint8Array) => Uint8Array

const referenceOf = (room: Uint8Array, { message }: Step, sha256?: Sha256): string =>
  toHex(messageReference(room, message.account, message.said.bytes, sha256))

/** A message takes its place, and the marks that have waited for it. */
const placeMessage = (draft: Draft, reference: string, seq: number): void => {
  draft.places.set(reference, seq)
  draft.named.set(reference, seq)
  if (!draft.waiting.some((one) => one.reference === reference)) return
  for (const one of draft.waiting) if (one.reference === reference) put(draft, seq, one.mark)
  draft.waiting = draft.waiting.filter((one) => one.reference !== reference)
}

/** A mark goes to its message, or waits for it: of more than may wait the oldest goes. */
const placeMark = (draft: Draft, { seq, timeMs, message }: Step, { reference, key }: Target): void => {
  const { account, device, said } = message
  const mark: Mark = { account, device, seq, timeMs, key, said }
  if (!isMarkSized(mark)) return
  const name = toHex(reference)
  const place = draft.places.get(name)
  if (place !== undefined) return put(draft, place, mark)
  draft.waiting = [...draft.waiting, { reference: name, mark }].slice(-limits.marksWaitingPerRoomMax)
}

const changesOf = (room: string, before: Known, draft: Draft): readonly Change[] => {
  const [stays, was] = [new Set(draft.waiting), new Set(before.waiting)]
  return [
    ...[...draft.named].map(([reference, seq]): Change => ({
      kind: 'put',
      key: roomKeys.reference(room, reference),
      value: encodePlace(seq),
    })),
    ...[...draft.touched].map((seq): Change => ({
      kind: 'put',
      key: roomKeys.marks(room, seq),
      value: encodeMarks(draft.marks.get(seq) ?? []),
    })),
    ...before.waiting
      .filter((one) => !stays.has(one))
      .map((one): Change => ({ kind: 'delete', key: waitingKey(room, one) })),
    ...draft.waiting
      .filter((one) => !was.has(one))
      .map((one): Change => ({ kind: 'put', key: waitingKey(room, one), value: encodeMark(one.mark) })),
  ]
}

const waitingKey = (room: string, { reference, mark }: WaitingMark): string =>
  roomKeys.waitingMark(room, mark.seq, reference)

/**
 * The entries in the order of the log, after all that came before them.
 *
 * @param sha256 of the platform, where it is at hand: messages are many, and their references hashes of hashes
 */
export const project = (
  room: Uint8Array,
  known: Known,
  entries: readonly PlacedRecord[],
  { about = targetOf, sha256 }: { readonly about?: TargetOf; readonly sha256?: Sha256 } = {},
): Projected => {
  const draft = draftOf(known)
  for (const step of stepsOf(entries, about))
    if (step.target) placeMark(draft, step, step.target)
    else placeMessage(draft, referenceOf(room, step, sha256), step.seq)
  const shown = (placed: PlacedRecord): ShownRecord => ({
    ...placed,
    marks: draft.marks.get(placed.seq) ?? [],
  })
  return {
    changes: changesOf(toHex(room), known, draft),
    fresh: entries.filter(({ record }) => record.items.some((item) => standsAlone(item, about))).map(shown),
    changed: [...known.targets.values()].filter(({ seq }) => draft.touched.has(seq)).map(shown),
  }
}
