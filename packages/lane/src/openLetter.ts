import type { Chats } from './chats.ts'
import type { LaneEvent } from './events.ts'
import type { Opened } from './letterQueue.ts'
import type { Letter } from './letterRows.ts'
import type { Once } from './once.ts'
import { textOf } from './proof.ts'
import { asText } from './rest.ts'
import type { Rooms } from './rooms.ts'
import type { Sealing } from './sealing.ts'
import { isJsonObject, type JsonObject } from './strict.ts'

interface Deps {
  readonly sealing: Sealing
  readonly once: Once
  readonly rooms: Rooms
  readonly chats: Chats
}

const openMessage = async ({ sealing, once }: Deps, payload: JsonObject): Promise<Opened> => {
  const { name } = sealing
  const from = asText(payload['sender'])
  const claims = await sealing.opened(payload['encrypted_payload'], from, name)
  // The marker of a program that has ended, or one that came twice.
  const isMarker = from === name && isJsonObject(claims.body)
  const text = isMarker ? '' : textOf(claims)
  once.check(claims)
  if (isMarker) return { events: [], claims, rows: {} }
  const event: LaneEvent = { kind: 'message', from, id: claims.jti, timeMs: claims.iat * 1000, text }
  return { events: [event], claims, rows: {} }
}

/** What a letter says, once it is proven who wrote it. @throws LaneError `PROOF_INVALID`, `KEY_CHANGED` and the like */
export const openLetter = (deps: Deps, { event, payload }: Letter): Promise<Opened> => {
  const { rooms, chats } = deps
  switch (event) {
    case 'message':
      return openMessage(deps, payload)
    case 'chat_invitation':
      return chats.invitationArrived(payload)
    case 'rekeyed':
      return typeof payload['room_id'] === 'number' ? rooms.keyArrived(payload) : chats.keyArrived(payload)
    default:
      return chats.messageArrived(payload)
  }
}
