import { type Group, groupFromParts, MlsError } from '@sotto/mls'
import { fromHex, SottoError } from '@sotto/protocol'
import { allRows } from '../ports/everyRow.ts'
import type { Row, Store } from '../ports/store.ts'
import { roomKeys, roomOfKey, within } from './keys.ts'
import { readRow } from './rows.ts'
import { moved } from './move.ts'
import { emptyRoom, type OutboxItem, type Phase, type RoomState } from './state.ts'

const rowsUnder = (store: Store, prefix: string): Promise<readonly Row[]> => allRows(store, within(prefix))

const partsUnder = async (store: Store, folder: string) =>
  new Map((await rowsUnder(store, folder)).map(({ key, value }) => [key.slice(folder.length), value]))

/** Every room as it was stored last. One of which something cannot be read is mended by itself. */
export const loadRooms = async (store: Store): Promise<readonly RoomState[]> => {
  const byRoom = new Map<string, Map<string, Uint8Array>>()
  for (const { key, value } of await rowsUnder(store, roomKeys.all)) {
    const { room, row } = roomOfKey(key)
    const rows = byRoom.get(room) ?? new Map<string, Uint8Array>()
    byRoom.set(room, rows.set(row, value))
  }
  const rooms: RoomState[] = []
  for (const [id, rows] of byRoom) rooms.push(await loadRoom(store, id, rows))
  return rooms
}

const loadRoom = async (
  store: Store,
  id: string,
  rows: ReadonlyMap<string, Uint8Array>,
): Promise<RoomState> => {
  let isDamaged = false
  /** What cannot be read is as if it were not there; the room is mended, and the others open. */
  const intact = <T>(reader: () => T): T | undefined => {
    try {
      return reader()
    } catch (error) {
      if (!(error instanceof SottoError || error instanceof MlsError)) throw error
      isDamaged = true
      return undefined
    }
  }
  const read = <T>(name: string, reader: (stored: Uint8Array) => T): T | undefined => {
    const value = rows.get(name)
    return value && intact(() => reader(value))
  }
  const groupIn = (parts: ReadonlyMap<string, Uint8Array>): Group | null =>
    (parts.size > 0 ? intact(() => groupFromParts(parts)) : null) ?? null

  const phase = read('phase', readRow.phase) ?? ((isDamaged = true), { kind: 'active' } as const)
  const room = emptyRoom(fromHex(id, 16), phase)
  const place = read('place', readRow.place) ?? room.place
  if (phase.kind === 'absent') return { ...room, place }
  const observed = await store.get(roomKeys.observed(id))
  const pending = read('pending', readRow.pending)
  const staged = pending ? await partsUnder(store, roomKeys.staged(id)) : new Map<string, Uint8Array>()
  const group = groupIn(await partsUnder(store, roomKeys.group(id)))
  if (needsKeys(phase) && !group) isDamaged = true
  const loaded: RoomState = {
    ...room,
    place,
    face: read('face', readRow.face) ?? room.face,
    meta: read('meta', readRow.meta) ?? room.meta,
    metaKeys: read('metakeys', readRow.metaKeys) ?? room.metaKeys,
    intents: read('intents', readRow.intents) ?? room.intents,
    hooks: read('hooks', readRow.hooks) ?? room.hooks,
    draft: read('draft', readRow.draft) ?? room.draft,
    offers: read('offers', readRow.offers) ?? room.offers,
    declined: read('declined', readRow.declined) ?? room.declined,
    outbox: await loadOutbox(store, id, intact),
    group,
    charter: read('charter', readRow.charter) ?? null,
    observed: (observed && intact(() => readRow.observed(observed))) ?? null,
    pending: pending ? { ...pending, staged: groupIn(staged) } : null,
  }
  const mended = isDamaged ? moved(loaded, { kind: 'damaged' }) : loaded
  return mended === loaded ? withHistory(loaded) : { ...mended, group: null }
}

/** An invitation that an earlier version has stored says nothing of the room before it; that had kept only what ended otherwise than by leaving. */
const withHistory = (room: RoomState): RoomState =>
  room.phase.kind === 'invited' && room.phase.before.kind === 'absent' && room.face.memberCount > 0
    ? { ...room, phase: { ...room.phase, before: { kind: 'removed' } } }
    : room

const needsKeys = ({ kind }: Phase): boolean => kind === 'active' || kind === 'leaving' || kind === 'parting'

const loadOutbox = async (
  store: Store,
  id: string,
  intact: <T>(reader: () => T) => T | undefined,
): Promise<readonly OutboxItem[]> =>
  (await rowsUnder(store, roomKeys.outbox(id))).flatMap(({ key, value }) => {
    const item = intact(() => readRow.outboxItem(value))
    return item ? [{ order: roomKeys.outboxOrder(key), ...item }] : []
  })
