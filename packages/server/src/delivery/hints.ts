import { type Bus, deviceTopic, roomTopic } from '../bus/bus.ts'
import type { Durable } from './appender.ts'
import { mapKey } from './digest.ts'
import type { Moves, RoomChange } from './store.ts'

/** Where each device is after all of the moves. */
const lastMoves = (moves: readonly Moves[]): ReadonlyMap<string, { device: Uint8Array; isIn: boolean }> => {
  const last = new Map<string, { device: Uint8Array; isIn: boolean }>()
  for (const { joined, left } of moves) {
    for (const device of left) last.set(mapKey(device), { device, isIn: false })
    for (const { device } of joined) last.set(mapKey(device), { device, isIn: true })
  }
  return last
}

/** Who is in the room and was not, and the other way round. */
const moved = (
  change: RoomChange | null,
): { readonly joined: readonly Uint8Array[]; readonly left: readonly Uint8Array[] } => {
  switch (change?.kind) {
    case 'created':
      return { joined: change.members.map((member) => member.device), left: [] }
    case 'committed':
    case 'healed': {
      const last = lastMoves(change.kind === 'healed' ? change.moves : [{ seq: 0, ...change }])
      const where = (isIn: boolean) =>
        [...last.values()].flatMap((one) => (one.isIn === isIn ? [one.device] : []))
      return { joined: where(true), left: where(false) }
    }
    case 'proposed':
    case undefined:
      return { joined: [], left: [] }
  }
}

const announceMoves = (bus: Bus, { append: { room, entry, change } }: Durable): void => {
  const { joined, left } = moved(change)
  for (const device of joined) bus.publish(deviceTopic(device), { kind: 'joined', room, device })
  for (const device of left) bus.publish(deviceTopic(device), { kind: 'left', room, device })
  // Devices that were lost have not listened to the room until now.
  if (change?.kind === 'healed')
    for (const device of joined) bus.publish(deviceTopic(device), { kind: 'returned', room, head: entry.seq })
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
