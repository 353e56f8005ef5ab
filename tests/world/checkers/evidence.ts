import type { TimelineItem } from '@sotto/client'
import { loadRooms } from '../../../packages/client/src/room/load.ts'
import { isShown, type RoomState } from '../../../packages/client/src/room/state.ts'
import type { Membership } from '../../../packages/server/src/delivery/store.ts'
import type { Device } from '../device.ts'
import { readDisk } from '../disk.ts'
import type { ReadEntry } from '../truth.ts'
import { hex } from '../words.ts'
import type { World } from '../world.ts'

/** What all checkers look at, gathered once: the honest log, and what each device has at the end. */
export interface Evidence {
  readonly world: World
  readonly logs: ReadonlyMap<string, TrueLog>
  readonly witnesses: readonly Witness[]
}

export interface TrueLog {
  readonly room: string
  readonly entries: readonly PlacedEntry[]
}

export interface PlacedEntry extends ReadEntry {
  /** Devices with a leaf in the epoch of this entry, before it takes effect. */
  readonly members: ReadonlyMap<string, Membership>
  /** The same, after it. */
  readonly after: ReadonlyMap<string, Membership>
}

/** One device at the end. */
export interface Witness {
  readonly device: Device
  readonly id: string
  readonly rooms: ReadonlyMap<string, RoomState>
  readonly timelines: ReadonlyMap<string, readonly TimelineItem[]>
}

export const gather = async (world: World): Promise<Evidence> => {
  const logs = new Map<string, TrueLog>()
  for (const [room, { entries }] of world.server.data().rooms) {
    let members: ReadonlyMap<string, Membership> = new Map()
    const placed: PlacedEntry[] = []
    for (const stored of entries) {
      const read = world.truth.read(stored)
      const after = world.truth.turns.get(read.hash)?.members ?? members
      placed.push({ ...read, members, after })
      members = after
    }
    logs.set(room, { room, entries: placed })
  }
  const witnesses: Witness[] = []
  for (const device of world.devices) {
    const witness = await witnessOf(device)
    if (witness) witnesses.push(witness)
  }
  return { world, logs, witnesses }
}

const witnessOf = async (device: Device): Promise<Witness | undefined> => {
  const client = device.client()
  const account = client?.state().account
  if (!client || account?.kind !== 'signed_in') return undefined
  const rooms = new Map<string, RoomState>()
  const timelines = new Map<string, readonly TimelineItem[]>()
  for (const state of await loadRooms(readDisk(device.disk))) {
    const room = hex(state.id)
    rooms.set(room, state)
    if (isShown(state)) timelines.set(room, await timelineOf(client, room))
  }
  return { device, id: account.device, rooms, timelines }
}

const timelineOf = async (
  client: NonNullable<ReturnType<Device['client']>>,
  room: string,
): Promise<readonly TimelineItem[]> => {
  const items: TimelineItem[] = []
  for (let after = 0; ;) {
    const page = await client.timeline({ room, after, limit: 200 })
    items.push(...page.items)
    if (!page.more) return items
    after = Math.max(...page.items.map((item) => item.seq ?? 0)) + 1
  }
}
