import type { ServerLimits, Clock } from '../../../configuration.ts'
import { openEvents as e } from '../../events.ts'
import type { Rooms } from '../../rooms/rooms.ts'
import { type Acknowledged, type Asked, checkTime, type Handler, none, on } from './handler.ts'

export interface RoomEventServices {
  readonly rooms: Rooms
  readonly clock: Clock
  readonly limits: Pick<ServerLimits, 'openHistoryMessagesMax'>
}

/** Which part of a room's history is asked for. */
interface Page {
  readonly before?: number
  readonly limit?: number
}

/** What is answered with a page of history. */
export const historyEvents: ReadonlySet<string> = new Set(
  [e.joinRoom, e.joinRoomByName, e.roomHistory].map(({ event }) => event),
)

const giveHistory = async (
  { rooms, limits }: RoomEventServices,
  room: number,
  page: Page,
  { caller, reply }: Asked,
): Promise<void> => {
  const before = page.before ?? Number.MAX_SAFE_INTEGER
  const countMax = page.limit ?? limits.openHistoryMessagesMax
  const messages = await rooms.history(caller.user, room, before, countMax)
  reply('room_history', { room_id: room, messages })
}

const join = async (
  services: RoomEventServices,
  id: number,
  page: Page,
  asked: Asked,
): Promise<Acknowledged> => {
  const { name } = await services.rooms.join(asked.caller.user, id)
  asked.reply('joined_room', {
    room_id: id,
    room_name: name,
    kind: 'classic',
    message: `You are in ${name}`,
    key_request: { event: e.requestKey.event, payload: { room_id: id } },
  })
  if (asked.caller.scopes.includes('read')) await giveHistory(services, id, page, asked)
  return { room_id: id }
}

export const roomEvents = (services: RoomEventServices): readonly Handler[] => {
  const { rooms, clock } = services
  return [
    on(e.joinRoom, ({ room_id, ...page }, asked) => join(services, room_id, page, asked)),
    on(e.joinRoomByName, async ({ room: name, ...page }, asked) =>
      join(services, (await rooms.namedOrNew(asked.caller.user, name)).id, page, asked),
    ),
    on(e.roomHistory, async ({ room_id, ...page }, asked) => {
      await giveHistory(services, room_id, page, asked)
      return none
    }),
    on(e.requestKey, async ({ room_id }, { caller }) => ({
      asked: await rooms.requestKey(caller.user, room_id),
    })),
    on(e.leaveRoom, async ({ room_id }, { caller, reply }) => {
      const { name } = await rooms.leave(caller.user, room_id)
      reply('left_room', { room_id, room_name: name, message: `You have left ${name}` })
      return none
    }),
    on(e.sendToRoom, async (input, { caller }) => {
      checkTime(input.timestamp, clock)
      const { id, timeMs } = await rooms.send(caller.user, input.room_id, {
        content: input.encrypted_content,
        iv: input.iv,
        messageHash: input.message_hash ?? '',
        keyId: input.key_id,
      })
      return { id, timestamp: new Date(timeMs).toISOString() }
    }),
  ]
}
