import { type Group, groupFromParts, MlsError } from '@sotto/mls'
import { fromHex, SottoError } from '@sotto/protocol'
import { nameOf } from '../content/meta.ts'
import { everyReading, type Reading, readableAt } from '../database/readings.ts'
import type { Store } from '../ports/store.ts'
import { memberCountOf } from './events.ts'
import { roomKeys, roomOfKey, within } from './keys.ts'
import { readRow } from './rows.ts'
import { moved } from './move.ts'
import {
  emptyRoom,
  type RoomSummary,
  type Meta,
  type OutboxItem,
  type Phase,
  type Place,
  type RoomState,
} from './state.ts'

/** What a row holds; null where its value does not open. */
type Stored = Uint8Array | null

const storedIn = (reading: Reading): Stored => (reading.kind === 'row' ? reading.value : null)

const under = async (store: Store, folder: string): Promise<ReadonlyMap<string, Stored>> => {
  const found = new Map<string, Stored>()
  for await (const reading of everyReading(store, within(folder)))
    found.set(reading.key.slice(folder.length), storedIn(reading))
  return found
}

/** @throws SottoError `storage_damaged` where one of them does not open */
const partsIn = (stored: ReadonlyMap<string, Stored>): ReadonlyMap<string, Uint8Array> =>
  new Map([...stored].map(([part, value]) => [part, opened(value)]))

/** @throws SottoError `storage_damaged` */
const opened = (stored: Stored): Uint8Array => {
  if (stored === null) throw new SottoError('storage_damaged')
  return stored
}

/** Every room as it was stored last. One of which something cannot be read is mended by itself. */
export const loadRooms = async (store: Store): Promise<readonly RoomState[]> => {
  const byRoom = new Map<string, Map<string, Stored>>()
  for await (const reading of everyReading(store, within(roomKeys.all))) {
    const { room, row } = roomOfKey(reading.key)
    const rows = byRoom.get(room) ?? new Map<string, Stored>()
    byRoom.set(room, rows.set(row, storedIn(reading)))
  }
  const rooms: RoomState[] = []
  for (const [id, rows] of byRoom) rooms.push(await loadRoom(store, id, rows))
  return rooms
}

const loadRoom = async (store: Store, id: string, rows: ReadonlyMap<string, Stored>): Promise<RoomState> => {
  let isDamaged = false
  const damaged = (): undefined => {
    isDamaged = true
  }
  /** What cannot be read is as if it were not there; the room is mended, and the others open. */
  const intact = <T>(reader: () => T): T | undefined => readable(reader, damaged)
  const read = <T>(name: string, reader: (stored: Uint8Array) => T): T | undefined => {
    const value = rows.get(name)
    return value === undefined ? undefined : intact(() => reader(opened(value)))
  }
  /** The same for what holds no key: the room goes on without it. */
  const spare = <T>(name: string, reader: (stored: Uint8Array) => T): T | undefined => {
    const value = rows.get(name)
    return value === undefined ? undefined : readable(() => reader(opened(value)))
  }
  const groupIn = (parts: ReadonlyMap<string, Stored>): Group | null =>
    (parts.size > 0 ? intact(() => groupFromParts(partsIn(parts))) : null) ?? null

  const phase = read('phase', readRow.phase) ?? ((isDamaged = true), { kind: 'active' } as const)
  const room = emptyRoom(fromHex(id, 16), phase)
  const place = read('place', readRow.place) ?? room.place
  if (phase.kind === 'absent') return { ...room, place }
  const observed = await readableAt(store, roomKeys.observed(id))
  const pending = read('pending', readRow.pending)
  const staged = pending ? await under(store, roomKeys.staged(id)) : new Map<string, Stored>()
  const group = groupIn(await under(store, roomKeys.group(id)))
  const meta = read('meta', readRow.meta) ?? room.meta
  if (needsKeys(phase) && !group) isDamaged = true
  const loaded: RoomState = {
    ...room,
    place,
    summary:
      spare('face', readRow.summary) ??
      (rows.has('face') ? summaryWithout(place, meta, group) : room.summary),
    meta,
    metaKeys: read('metakeys', readRow.metaKeys) ?? room.metaKeys,
    intents: read('intents', readRow.intents) ?? room.intents,
    hooks: read('hooks', readRow.hooks) ?? room.hooks,
    draft: spare('draft', readRow.draft) ?? room.draft,
    offers: spare('offers', readRow.offers) ?? room.offers,
    declined: spare('declined', readRow.declined) ?? room.declined,
    outbox: await loadOutbox(store, id, intact),
    group,
    lastPolicy: spare('charter', readRow.lastPolicy) ?? null,
    observed: (observed && readable(() => readRow.observed(observed))) ?? null,
    pending: pending ? { ...pending, staged: groupIn(staged) } : null,
  }
  const mended = isDamaged ? moved(loaded, { kind: 'damaged' }) : loaded
  return mended === loaded ? loaded : { ...mended, group: null }
}

/** What lists show of a room when the row that says it is damaged: how much of it was read is not known any more. */
const summaryWithout = (place: Place, meta: Meta, group: Group | null): RoomSummary => ({
  name: readable(() => nameOf(meta)) ?? '',
  memberCount: group ? memberCountOf(group.public) : 0,
  unread: 0,
  readSeq: place.cursor,
  activeMs: place.timeMs,
  latest: null,
})

/** Undefined where it cannot be read. */
const readable = <T>(reader: () => T, isNot: () => void = () => {}): T | undefined => {
  try {
    return reader()
  } catch (error) {
    if (!(error instanceof SottoError || error instanceof MlsError)) throw error
    isNot()
    return undefined
  }
}

const needsKeys = ({ kind }: Phase): boolean => kind === 'active' || kind === 'leaving' || kind === 'parting'

const loadOutbox = async (
  store: Store,
  id: string,
  intact: <T>(reader: () => T) => T | undefined,
): Promise<readonly OutboxItem[]> =>
  [...(await under(store, roomKeys.outbox(id)))].flatMap(([order, value]) => {
    const item = intact(() => readRow.outboxItem(opened(value)))
    return item ? [{ order: roomKeys.outboxOrder(order), ...item }] : []
  })
