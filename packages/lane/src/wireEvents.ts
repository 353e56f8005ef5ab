import type { LaneEvent } from './events.ts'
import type { JsonObject } from './strict.ts'

/** What an event of the wire says of who is there; undefined: nothing. */
export const presenceOf = (event: string, payload: JsonObject): LaneEvent | undefined => {
  const changes = {
    user_joined: 'joined',
    user_left: 'left',
    user_online: 'online',
    user_offline: 'offline',
  } as const
  const change = Object.hasOwn(changes, event) ? changes[event as keyof typeof changes] : undefined
  const { username: name, room_id: room, chat_id: chat } = payload
  if (change === undefined || typeof name !== 'string') return undefined
  const inRoom = typeof room === 'number' ? ({ kind: 'room', room } as const) : null
  const inChat = typeof chat === 'string' ? ({ kind: 'chat', chat } as const) : null
  return { kind: 'presence', name, change, place: inRoom ?? inChat }
}

/** Whether an event is kept by the server until it has arrived. */
export const isLetter = (event: string, payload: JsonObject): boolean => {
  switch (event) {
    case 'message':
    case 'chat_invitation':
    case 'rekeyed':
      return true
    case 'new_message':
      return typeof payload['chat_id'] === 'string'
    default:
      return false
  }
}
