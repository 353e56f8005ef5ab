import type { Chats } from '../../chats/chats.ts'
import { openEvents as e } from '../../events.ts'
import type { Rooms } from '../../rooms/rooms.ts'
import { type Handler, on } from './handler.ts'

export interface KeyEventServices {
  readonly rooms: Rooms
  readonly chats: Chats
}

/** New keys for those who are left when somebody has gone. */
export const keyEvents = ({ rooms, chats }: KeyEventServices): readonly Handler[] => [
  on(e.rekeyChat, async ({ chat_id, keys }, { caller }) => ({
    ...(await chats.rekey(caller.user, chat_id, keys)),
  })),
  on(e.rekeyRoom, async ({ room_id, keys }, { caller }) => ({
    ...(await rooms.rekey(caller.user, room_id, keys)),
  })),
]
