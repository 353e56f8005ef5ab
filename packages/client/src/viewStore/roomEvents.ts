import { toHex } from '@sotto/protocol'
import type { Profile } from '../account/profile.ts'
import type { Device } from '../device.ts'
import { outboxItem } from '../room/send.ts'
import type { RoomState } from '../room/state.ts'
import type { Told } from '../room/step.ts'
import { itemsOf, messageItemId, outboxItemsOf, type SenderOf } from '../timeline/view.ts'
import type { ClientEvent } from '../view.ts'

/** Whose views they are, and what else their events are made of. */
interface Showing {
  readonly profile: Profile
  readonly device: Device | null
  readonly senderOf: SenderOf
}

const outboxEvent = (
  { profile, device, senderOf }: Showing,
  room: RoomState,
  messages: readonly Uint8Array[],
): ClientEvent | null => {
  const id = toHex(room.id)
  const open = device?.rooms.find(id)
  const items = outboxItemsOf(
    messages.flatMap((message) => outboxItem(room, message) ?? []),
    {
      device: profile.device,
      sender: senderOf(profile.account),
      acknowledged: (message) => open?.acknowledged(message),
      noSpaceFor: (message) => open?.noSpaceFor(message),
    },
  )
  return items.length > 0 ? { kind: 'timeline', room: id, items } : null
}

/** What views hear of something that a step in a room has brought; null: nothing. */
export const eventOfTold = (showing: Showing, room: RoomState, told: Told): ClientEvent | null => {
  const id = toHex(room.id)
  switch (told.kind) {
    case 'records':
    case 'changed': {
      const items = told.records.flatMap((placed) => itemsOf(placed, showing.senderOf))
      return { kind: told.kind === 'changed' ? 'changed' : 'timeline', room: id, items }
    }
    case 'outbox':
      return outboxEvent(showing, room, told.messages)
    case 'discarded':
      return {
        kind: 'discarded',
        room: id,
        id: messageItemId(showing.profile.device, told.message),
        code: told.code,
      }
    case 'intent':
    case 'leave_refused':
      return null
  }
}
