import { groupFromParts } from '@sotto/mls'
import { fromHex, SottoError } from '@sotto/protocol'
import type { Row, Store } from '../ports/store.ts'
import { roomKeys, roomOfKey, within } from './keys.ts'
import { readRow } from './rows.ts'
import { emptyRoom, type OutboxItem, type RoomState } from './state.ts'

const rowsPerReading = 1000

const rowsUnder = async (store: Store, prefix: string): Promise<readonly Row[]> => {
  const { from, to } = within(prefix)
  const rows: Row[] = []
  let start = from
  for (;;) {
    const page = await store.range(start, to, { limit: rowsPerReading })
    rows.push(...page)
    const last = page.at(-1)
    if (!last || page.length < rowsPerReading) return rows
    start = `${last.key}\u0000`
  }
}

const partsUnder = async (store: Store, folder: string) =>
  new Map((await rowsUnder(store, folder)).map(({ key, value }) => [key.slice(folder.length), value]))

/** Every room as it was stored last. @throws SottoError `storage_damaged` */
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
  const read = <T>(name: string, reader: (stored: Uint8Array) => T): T | undefined => {
    const value = rows.get(name)
    return value && reader(value)
  }
  const phase = read('phase', readRow.phase)
  if (!phase) throw new SottoError('storage_damaged')
  const room = emptyRoom(fromHex(id, 16), phase)
  if (phase.kind === 'left') return room
  const parts = await partsUnder(store, roomKeys.group(id))
  const pending = read('pending', readRow.pending)
  const staged = pending ? await partsUnder(store, roomKeys.staged(id)) : new Map<string, Uint8Array>()
  return {
    ...room,
    place: read('place', readRow.place) ?? room.place,
    face: read('face', readRow.face) ?? room.face,
    meta: read('meta', readRow.meta) ?? room.meta,
    intents: read('intents', readRow.intents) ?? room.intents,
    draft: read('draft', readRow.draft) ?? room.draft,
    outbox: await loadOutbox(store, id),
    group: parts.size > 0 ? groupFromParts(parts) : null,
    pending: pending ? { ...pending, staged: staged.size > 0 ? groupFromParts(staged) : null } : null,
  }
}

const loadOutbox = async (store: Store, id: string): Promise<readonly OutboxItem[]> =>
  (await rowsUnder(store, roomKeys.outbox(id))).map(({ key, value }) => ({
    order: roomKeys.outboxOrder(key),
    ...readRow.outboxItem(value),
  }))
