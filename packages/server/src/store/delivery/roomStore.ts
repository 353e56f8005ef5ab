import type { Kysely } from 'kysely'
import type { RoomPlace, RoomStore, StoredRoom } from '../../delivery/store.ts'
import type { Schema } from '../schema.ts'
import { putForkTag } from './forkTags.ts'

const noBytes = new Uint8Array(0)

const readRoom = async (db: Kysely<Schema>, room: Uint8Array): Promise<StoredRoom | undefined> => {
  const row = await db
    .selectFrom('rooms')
    .innerJoin('heads', 'heads.room_id', 'rooms.id')
    .select(['epoch', 'policy', 'seq', 'hash', 'time_ms'])
    .where('rooms.room', '=', room)
    .executeTakeFirst()
  if (!row) return undefined
  const members = await db
    .selectFrom('members')
    .select(['account', 'device', 'leaf'])
    .where('room', '=', room)
    .where('until_seq', 'is', null)
    .execute()
  return {
    room,
    epoch: row.epoch,
    policy: row.policy,
    head: { seq: row.seq, hash: row.hash, timeMs: row.time_ms },
    members,
  }
}

const placesAfter = async (
  db: Kysely<Schema>,
  after: Uint8Array | null,
  roomsMax: number,
): Promise<readonly RoomPlace[]> => {
  const rows = await db
    .selectFrom('rooms')
    .leftJoin('heads', 'heads.room_id', 'rooms.id')
    .select(['rooms.room', 'epoch', 'seq', 'hash', 'time_ms'])
    .where('rooms.room', '>', after ?? noBytes)
    .orderBy('rooms.room')
    .limit(roomsMax)
    .execute()
  return rows.map((row) => ({
    room: row.room,
    epoch: row.epoch,
    head: { seq: row.seq ?? -1, hash: row.hash ?? noBytes, timeMs: row.time_ms ?? 0 },
  }))
}

const roomsOf = async (
  db: Kysely<Schema>,
  device: Uint8Array,
  roomsMax: number,
): Promise<readonly RoomPlace[]> => {
  const rows = await db
    .selectFrom('members')
    .innerJoin('rooms', 'rooms.room', 'members.room')
    .innerJoin('heads', 'heads.room_id', 'rooms.id')
    .select(['members.room', 'epoch', 'seq', 'hash', 'time_ms'])
    .where('device', '=', device)
    .where('until_seq', 'is', null)
    .limit(roomsMax)
    .execute()
  return rows.map((row) => ({
    room: row.room,
    epoch: row.epoch,
    head: { seq: row.seq, hash: row.hash, timeMs: row.time_ms },
  }))
}

export const roomStore = (db: Kysely<Schema>): RoomStore => ({
  room: (room) => readRoom(db, room),
  placesAfter: (after, roomsMax) => placesAfter(db, after, roomsMax),
  group: async (room) => {
    const row = await db.selectFrom('groups').select('state').where('room', '=', room).executeTakeFirst()
    return row?.state
  },
  groupInfo: async (room) => {
    const row = await db.selectFrom('rooms').select('group_info').where('room', '=', room).executeTakeFirst()
    return row?.group_info
  },
  meta: async (room) => {
    const row = await db
      .selectFrom('rooms')
      .select(['meta', 'meta_epoch'])
      .where('room', '=', room)
      .executeTakeFirst()
    return row && row.meta !== null && row.meta_epoch !== null
      ? { epoch: row.meta_epoch, sealed: row.meta }
      : undefined
  },
  roomsOf: (device, roomsMax) => roomsOf(db, device, roomsMax),
  leftAt: async (room, device) => {
    const row = await db
      .selectFrom('members')
      .select('until_seq')
      .where('room', '=', room)
      .where('device', '=', device)
      .executeTakeFirst()
    return row?.until_seq ?? undefined
  },
  putForkTag: (room, epoch, device, tag) =>
    db.transaction().execute((transaction) => putForkTag(transaction, room, epoch, device, tag)),
})
