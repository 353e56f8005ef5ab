import { type Bus, deviceTopic, roomTopic } from '../bus/bus.ts'
import type { Durable } from './appender.ts'
import { mapKey } from './digest.ts'
import type { RoomChange } from './store.ts'

/** Who is in the room and was not, and the other way round. */
const moved = (
  change: RoomChange | null,
): { readonly joined: readonly Uint8Array[]; readonly left: readonly Uint8Array[] } => {
  switch (change?.kind) {
    case 'created':
      return { joined: change.members.map((member) => member.device), left: [] }
    case 'committed': {
      const joined = change.joined.map((member) => member.device)
      const stays = new Set(joined.map(mapKey))
      return { joined, left: change.left.filter((device) => !stays.has(mapKey(device))) }
    }
    case 'proposed':
    case undefined:
      return { joined: [], left: [] }
  }
}

const announceMoves = (bus: Bus, { append: { room, change } }: Durable): void => {
  const { joined, left } = moved(change)
  for (const device of joined) bus.publish(deviceTopic(device), { kind: 'joined', room, device })
  for (const device of left) bus.publish(deviceTopic(device), { kind: 'left', room, device })
  const invited = change?.kind === 'committed' ? (change.welcome?.devices ?? []) : []
  for (const device of invited) bus.publish(deviceTopic(device), { kind: 'welcome', room, device })
}

/** Tells who listens what has become durable. Who leaves a room still hears of the entry by which it does. */
export const announce = (bus: Bus, batch: readonly Durable[]): void => {
  for (const entries of Map.groupBy(batch, ({ append }) => mapKey(append.room)).values()) {
    const room = (entries[0] as Durable).append.room
    bus.publish(roomTopic(room), {
      kind: 'appended',
      room,
      entries: entries.map(({ append: { entry }, ack }) => ({
        message: { entry: entry.entry, payload: entry.payload, aux: entry.aux },
        ack,
      })),
    })
    for (const one of entries) announceMoves(bus, one)
  }
}
