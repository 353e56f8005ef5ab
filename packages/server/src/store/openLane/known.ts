import type { Transaction } from 'kysely'
import type { Schema } from '../schema.ts'

/**
 * Which of these users know somebody: they have written to him, have joined a chat that he is in, or are in a private room
 * with him. Anybody joins a public room, so that one tells nothing. Each part begins at the user: how many rooms and chats
 * a stranger makes costs nothing here.
 */
export const knownTo = async (
  db: Transaction<Schema>,
  somebody: number,
  users: readonly number[],
): Promise<readonly number[]> => {
  const written = db
    .selectFrom('open_addressees')
    .select('user_id')
    .where('user_id', 'in', users)
    .where('addressee_id', '=', somebody)
  const inChats = db
    .selectFrom('open_participants as mine')
    .crossJoin('open_participants as his')
    .select('mine.user_id')
    .where('mine.user_id', 'in', users)
    .where('mine.joined_ms', 'is not', null)
    .whereRef('his.chat_id', '=', 'mine.chat_id')
    .where('his.user_id', '=', somebody)
  const inRooms = db
    .selectFrom('open_members as mine')
    .crossJoin('open_members as his')
    .innerJoin('open_rooms', 'open_rooms.id', 'mine.room_id')
    .select('mine.user_id')
    .where('mine.user_id', 'in', users)
    .where('mine.membership', '=', 'joined')
    .whereRef('his.room_id', '=', 'mine.room_id')
    .where('his.user_id', '=', somebody)
    .where('his.membership', '=', 'joined')
    .where('private', '=', 1)
  const rows = await written.unionAll(inChats).unionAll(inRooms).execute()
  return rows.map((row) => row.user_id)
}
