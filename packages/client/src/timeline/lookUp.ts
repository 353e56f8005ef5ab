import { toHex } from '@sotto/protocol'
import { readableAt, readableIn, readableRows } from '../database/readings.ts'
import type { Store } from '../ports/store.ts'
import { messageReference } from '../content/payload.ts'
import { roomKeys, within } from '../room/keys.ts'
import { decodeMark, decodeMarks, type Mark, type WaitingMark } from './marks.ts'
import { placeOfItem, placeOfReference } from './places.ts'
import type { Known, PlacedRecord, ShownRecord, Wanted } from './project.ts'
import { decodeLogRecord } from './record.ts'

type Readable = Pick<Store, 'get' | 'range'>

/** What `project` has to know of the store, read before it. */
export const lookUp = async (
  store: Readable,
  room: string,
  { targets, isAwaited }: Wanted,
): Promise<Known> => {
  const [found, waiting] = await Promise.all([
    Promise.all(targets.map(async (target) => [target, await recordNamed(store, room, target)] as const)),
    // Marks that come may wait, too, and then count among those that do.
    isAwaited || targets.length > 0 ? waitingIn(store, room) : [],
  ])
  return {
    targets: new Map(found.flatMap(([target, record]) => (record ? [[target, record] as const] : []))),
    waiting,
  }
}

const recordNamed = async (
  store: Readable,
  room: string,
  target: string,
): Promise<ShownRecord | undefined> => {
  const seq = await placeOfReference(store, room, target)
  if (seq === undefined) return undefined
  const [row, marks] = await Promise.all([
    readableAt(store, roomKeys.logEntry(room, seq)),
    readableAt(store, roomKeys.marks(room, seq)),
  ])
  const record = row && readableIn(() => decodeLogRecord(row))
  return record && { seq, record, marks: marksIn(marks) }
}

const waitingIn = async (store: Readable, room: string): Promise<readonly WaitingMark[]> => {
  const rows = await readableRows(store, within(roomKeys.waitingMarks(room)))
  return rows.flatMap(({ key, value }) => {
    const mark = readableIn(() => decodeMark(value))
    return mark ? [{ reference: roomKeys.waitingReference(key), mark }] : []
  })
}

/** Of marks that cannot be read nothing is shown: what they were about is. */
const marksIn = (stored: Uint8Array | undefined): readonly Mark[] =>
  (stored && readableIn(() => decodeMarks(stored))) ?? unmarked

const unmarked: readonly Mark[] = []

/** Records of one stretch of the log, in its order, with what has been said about their messages. */
export const withMarks = async (
  store: Store,
  room: string,
  records: readonly PlacedRecord[],
): Promise<readonly ShownRecord[]> => {
  const [first, last] = [records[0], records.at(-1)]
  if (!first || !last) return []
  const rows = await readableRows(store, {
    from: roomKeys.marks(room, first.seq),
    to: roomKeys.marks(room, last.seq + 1),
  })
  const marks = new Map(rows.map(({ key, value }) => [roomKeys.marksSeq(key), marksIn(value)]))
  return records.map((placed) => ({ ...placed, marks: marks.get(placed.seq) ?? unmarked }))
}

/** What has been said about a message, by its reference in hex. */
export const marksOfReference = async (
  store: Store,
  room: string,
  reference: string,
): Promise<readonly Mark[]> => (await recordNamed(store, room, reference))?.marks ?? unmarked

/** The reference of the message that is shown under this id; undefined where the log has none. */
export const messageAt = async (
  store: Store,
  room: Uint8Array,
  item: string,
): Promise<Uint8Array | undefined> => {
  const id = toHex(room)
  const seq = await placeOfItem(store, id, item)
  const row = seq === undefined ? undefined : await store.get(roomKeys.logEntry(id, seq))
  const said = row && decodeLogRecord(row).items.find((one) => one.kind === 'message')
  return said && messageReference(room, said.account, said.said.bytes)
}
