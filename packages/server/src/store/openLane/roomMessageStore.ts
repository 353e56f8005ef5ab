import type { Kysely } from 'kysely'
import type { RoomMessage, RoomMessageStore } from '../../open/store.ts'
import { chargeWriter } from '../budgetStore.ts'
import { isConflict } from '../failure.ts'
import type { Schema } from '../schema.ts'

/** The first of the newest messages that fit, oldest first. */
const fitting = (newestFirst: readonly RoomMessage[], bytesMax: number): readonly RoomMessage[] => {
  let bytes = 0
  const fits = newestFirst.findIndex(({ content }) => (bytes += content.length) > bytesMax)
  return newestFirst.slice(0, fits === -1 ? undefined : Math.max(1, fits)).toReversed()
}

export const roomMessageStore = (db: Kysely<Schema>): RoomMessageStore => {
  const writeCharges = chargeWriter(db)
  return {
    append: async (message, charges) => {
      try {
        return await db.transaction().execute(async (transaction) => {
          const { id } = await transaction
            .insertInto('open_room_messages')
            .values({
              room_id: message.room,
              sender_id: message.sender,
              key_id: message.keyId,
              iv: message.iv,
              iv_text: message.ivText,
              content: message.content,
              message_hash: message.messageHash,
              created_ms: message.createdMs,
            })
            .returning('id')
            .executeTakeFirstOrThrow()
          await writeCharges(transaction, charges)
          return id
        })
      } catch (error) {
        if (isConflict(error)) return 'iv_reused'
        throw error
      }
    },

    history: async (room, beforeId, countMax, bytesMax) => {
      const rows = await db
        .selectFrom('open_room_messages')
        .innerJoin('open_users', 'open_users.id', 'sender_id')
        .select([
          'open_room_messages.id',
          'open_users.name as sender',
          'content',
          'iv_text',
          'message_hash',
          'open_room_messages.created_ms',
        ])
        .where('room_id', '=', room)
        .where('open_room_messages.id', '<', beforeId)
        .orderBy('open_room_messages.id', 'desc')
        .limit(countMax)
        .execute()
      const messages = rows.map((row) => ({
        id: row.id,
        sender: row.sender,
        content: row.content,
        ivText: row.iv_text,
        messageHash: row.message_hash,
        createdMs: row.created_ms,
      }))
      return fitting(messages, bytesMax)
    },
  }
}
