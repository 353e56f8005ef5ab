import type { Kysely } from 'kysely'
import type { AcquaintanceStore } from '../../open/store.ts'
import type { Schema } from '../schema.ts'

/** Chats that are asked about in one statement; each has a bounded number of participants. */
const chatsPerStatement = 16

/** The chats that a user has joined, the last first; of what another has begun so many at most. */
const joinedChats = async (
  db: Kysely<Schema>,
  user: number,
  chatsMax: number,
  perInitiatorMax: number,
): Promise<readonly string[]> => {
  const rows = await db
    .selectFrom('open_participants')
    .innerJoin('open_chats', 'open_chats.id', 'open_participants.chat_id')
    .select(['open_chats.id', 'initiator_id'])
    .where('user_id', '=', user)
    .where('joined_ms', 'is not', null)
    .orderBy('joined_ms', 'desc')
    .limit(chatsMax)
    .execute()
  const begun = new Map<number, number>()
  return rows
    .filter(({ initiator_id: initiator }) => {
      const count = (begun.get(initiator) ?? 0) + 1
      begun.set(initiator, count)
      return initiator === user || count <= perInitiatorMax
    })
    .map(({ id }) => id)
}

/** Who is in these chats, chat by chat, until there are so many rows. */
const participantsOf = async (
  db: Kysely<Schema>,
  chats: readonly string[],
  rowsMax: number,
): Promise<readonly number[]> => {
  const found: number[] = []
  for (let from = 0; from < chats.length && found.length < rowsMax; from += chatsPerStatement) {
    const some = chats.slice(from, from + chatsPerStatement)
    const rows = await db
      .selectFrom('open_participants')
      .select(['chat_id', 'user_id'])
      .where('chat_id', 'in', some)
      .execute()
    const byChat = Map.groupBy(rows, ({ chat_id }) => chat_id)
    found.push(...some.flatMap((chat) => byChat.get(chat) ?? []).map((row) => row.user_id))
  }
  return found.slice(0, rowsMax)
}

export const acquaintanceStore = (db: Kysely<Schema>): AcquaintanceStore => ({
  acquaintances: async (user, { rowsMax, chatsPerInitiatorMax }) => {
    // Whoever is talked into a chat has not looked at all who are in it: chats have half of the rows at most.
    const chatRowsMax = Math.floor(rowsMax / 2)
    const chats = await joinedChats(db, user, chatRowsMax, chatsPerInitiatorMax)
    const inChats = await participantsOf(db, chats, chatRowsMax)
    const inRooms = await db
      .selectFrom('open_members as mine')
      .innerJoin('open_members as others', 'others.room_id', 'mine.room_id')
      .select('others.user_id')
      .where('mine.user_id', '=', user)
      .where('mine.membership', '=', 'joined')
      .where('others.membership', '=', 'joined')
      .limit(rowsMax - inChats.length)
      .execute()
    return [...new Set([...inChats, ...inRooms.map((row) => row.user_id)])]
  },
})
