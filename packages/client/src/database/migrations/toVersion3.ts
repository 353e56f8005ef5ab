import { fromHex, roomIdBytes, toHex } from '@sotto/protocol'
import type { Change } from '../../ports/store.ts'
import { roomKeys } from '../../room/keys.ts'
import { decodeUses, encodeUses, type Use } from '../../room/uses.ts'
import { lookUp } from '../../timeline/lookUp.ts'
import { type PlacedRecord, project, wantedBy } from '../../timeline/project.ts'
import { decodeLogRecord } from '../../timeline/record.ts'
import type { Migration, MigrationStore } from '../migrate.ts'
import { behind, type Bounds, firstReadings, readableAt, readableIn } from '../readings.ts'

/** Rows of logs; `0` follows `/`. */
const logs: Bounds = { from: 'log/', to: 'log0' }

/** The records among these rows that can be read, by their rooms. */
const recordsByRoom = (rows: Awaited<ReturnType<typeof firstReadings>>): Map<string, PlacedRecord[]> => {
  const rooms = new Map<string, PlacedRecord[]>()
  for (const row of rows) {
    const record = row.kind === 'row' ? readableIn(() => decodeLogRecord(row.value)) : undefined
    const [, room] = row.key.split('/')
    if (!record || room === undefined) continue
    rooms.set(room, [...(rooms.get(room) ?? []), { seq: roomKeys.logSeq(row.key), record }])
  }
  return rooms
}

/** Where each message stands is said beside who has used its id. */
const withPlaces = async (
  store: MigrationStore,
  room: string,
  records: readonly PlacedRecord[],
): Promise<readonly Change[]> => {
  const uses = new Map<string, readonly Use[]>()
  for (const { seq, record } of records)
    for (const item of record.items) {
      if (item.kind !== 'message') continue
      const [key, device] = [roomKeys.knownMessage(room, toHex(item.message)), toHex(item.device)]
      const stored = uses.has(key) ? undefined : await readableAt(store, key)
      const before = uses.get(key) ?? (stored ? decodeUses(stored) : [])
      uses.set(key, [...before.filter((use) => use.device !== device), { device, seq }])
    }
  return [...uses].map(([key, value]) => ({ kind: 'put', key, value: encodeUses(value) }))
}

/** The index is what the fold over the log keeps beside it: it is made by that fold, from the first entry on. */
const indexed = async (
  store: MigrationStore,
  room: string,
  records: readonly PlacedRecord[],
): Promise<readonly Change[]> => {
  const known = await lookUp(store, room, wantedBy(records))
  const { changes } = project(fromHex(room, roomIdBytes), known, records)
  return [...(await withPlaces(store, room, records)), ...changes]
}

export const toVersion3: Migration = {
  to: 3,
  what: 'Messages that are in the log already are found by their references and ids, as those that come are.',
  page: async (store, after, rowsMax) => {
    const bounds = { from: after < logs.from ? logs.from : behind(after), to: logs.to }
    const rows = await firstReadings(store, bounds, { limit: rowsMax })
    const changes: Change[] = []
    for (const [room, records] of recordsByRoom(rows)) changes.push(...(await indexed(store, room, records)))
    return { changes, next: rows.length < rowsMax ? null : (rows.at(-1)?.key ?? null) }
  },
}
