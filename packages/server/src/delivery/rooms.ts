import { decodePublicGroup, memberCount, MlsError, type PublicGroup } from '@sotto/mls/public'
import { type Acknowledgement, SottoError } from '@sotto/protocol'
import { decodePolicy, type Policy } from '@sotto/trust'
import { boundedCache } from '../boundedCache.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { mapKey } from './digest.ts'
import { endsAsItSays, isGroupOf } from './soundness.ts'
import type { DeliveryStore, Head, Membership, RoomPlace, StoredEntry } from './store.ts'

/** An entry that has been decided and is not durable yet. */
export interface InFlight {
  readonly payloadHash: Uint8Array
  readonly auxHash: Uint8Array | null
  readonly acknowledged: Promise<Acknowledgement>
}

/**
 * What must be known of a room to decide about a message without asking the store. It runs ahead of the store by the
 * entries that are in flight; when those cannot be written it is thrown away.
 */
export interface Room {
  readonly id: Uint8Array
  readonly key: string
  epoch: number
  policy: Policy
  /** The newest entry that was decided. */
  head: Head
  /** The newest entry that is durable: further nobody may see. */
  durable: Head
  /** By device. */
  members: Map<string, Membership>
  /** The last send counter by sender tag, where it has been asked for. */
  readonly counters: Map<string, number>
  /** Hashes of the newest entries by seq. */
  readonly hashes: Map<number, Uint8Array>
  /** By sender tag and message id. */
  readonly inFlight: Map<string, InFlight>
}

export interface Rooms {
  /** @throws SottoError `room_unknown`, `unavailable` for one that is damaged */
  load(id: Uint8Array): Promise<Room>
  group(room: Room): Promise<PublicGroup>
  /** Whether what was decided with this object still stands. */
  isCurrent(room: Room): boolean
  /** Notes an entry that follows the head. */
  advance(room: Room, entry: StoredEntry): void
  /** The group of the room's current epoch has become another, durably. */
  renew(room: Room, change: RoomRenewal): void
  forget(id: Uint8Array): void
  /** Whether what is stored of the room contradicts itself: nothing of it is served, and nothing acknowledged. */
  isDamaged(id: Uint8Array): boolean
  /** Looks at the end of every log. Returns how many rooms are damaged. */
  inspect(): Promise<number>
}

export interface RoomRenewal {
  readonly group: PublicGroup
  /** Absent for a proposal, which changes neither. */
  readonly epoch?: {
    readonly epoch: number
    readonly policy: Policy
    readonly members: Map<string, Membership>
  }
}

/** Devices in all rooms that are kept, and leaves in all trees. */
const devicesMax = 200_000
const leavesMax = 50_000
const hashesMax = 256
const countersMax = 4096

const readGroup = (bytes: Uint8Array): PublicGroup | undefined => {
  try {
    return decodePublicGroup(bytes)
  } catch (error) {
    if (error instanceof MlsError) return undefined
    throw error
  }
}

const dropOldest = <K, V>(map: Map<K, V>, sizeMax: number): void => {
  while (map.size > sizeMax) map.delete(map.keys().next().value as K)
}

interface Dependencies {
  readonly store: Pick<DeliveryStore, 'room' | 'group' | 'entry' | 'placesAfter'>
  readonly log: EventLog
}

/** How many rooms are looked at before the next are fetched. */
const inspectedAtOnce = 500

export const makeRooms = ({ store, log }: Dependencies): Rooms => {
  const damaged = new Set<string>()
  const rooms = boundedCache<Room>({
    weightMax: devicesMax,
    weigh: ({ members }) => 16 + members.size,
    isPinned: ({ inFlight }) => inFlight.size > 0,
  })
  const groups = boundedCache<PublicGroup>({ weightMax: leavesMax, weigh: ({ tree }) => memberCount(tree) })

  const noteDamage = (id: Uint8Array): void => {
    if (damaged.has(mapKey(id))) return
    damaged.add(mapKey(id))
    log.warn('room_damaged', { room: id })
  }
  const refuseDamaged = (id: Uint8Array): never => {
    noteDamage(id)
    rooms.delete(mapKey(id))
    throw new SottoError('unavailable')
  }

  const load: Rooms['load'] = async (id) => {
    const key = mapKey(id)
    const known = rooms.get(key)
    if (known) return known
    if (damaged.has(key)) throw new SottoError('unavailable')
    const stored = await store.room(id)
    if (!stored) throw new SottoError('room_unknown')
    const isSound = await endsAsItSays(store, stored)
    // Somebody else may have loaded it meanwhile, and decided with it: its log may be longer by now.
    const first = rooms.get(key)
    if (first) return first
    if (!isSound) {
      const again = await store.room(id)
      return again && again.head.seq > stored.head.seq ? load(id) : refuseDamaged(id)
    }
    const policy = decodePolicy(stored.policy)
    if (policy.kind === 'refused') return refuseDamaged(id)
    const room: Room = {
      id: stored.room,
      key,
      epoch: stored.epoch,
      policy: policy.value,
      head: stored.head,
      durable: stored.head,
      members: new Map(stored.members.map((member) => [mapKey(member.device), member])),
      counters: new Map(),
      hashes: new Map([[stored.head.seq, stored.head.hash]]),
      inFlight: new Map(),
    }
    rooms.set(key, room)
    return room
  }

  return {
    load,
    group: async (room) => {
      const known = groups.get(room.key)
      if (known) return known
      const stored = await store.group(room.id)
      if (!stored) throw new SottoError('internal', 'a room without a group')
      const group = readGroup(stored)
      if (!group || !isGroupOf(room, group)) return refuseDamaged(room.id)
      groups.set(room.key, group)
      return group
    },
    isCurrent: (room) => rooms.get(room.key) === room,
    advance: (room, entry) => {
      room.head = { seq: entry.seq, hash: entry.hash, timeMs: entry.timeMs }
      room.hashes.set(entry.seq, entry.hash)
      dropOldest(room.hashes, hashesMax)
      dropOldest(room.counters, countersMax)
    },
    renew: (room, { group, epoch }) => {
      groups.set(room.key, group)
      if (!epoch) return
      room.epoch = epoch.epoch
      room.policy = epoch.policy
      room.members = epoch.members
      rooms.set(room.key, room)
    },
    forget: (id) => {
      rooms.delete(mapKey(id))
      groups.delete(mapKey(id))
    },
    isDamaged: (id) => damaged.has(mapKey(id)),
    inspect: async () => {
      for (let after: Uint8Array | null = null; ;) {
        const places: readonly RoomPlace[] = await store.placesAfter(after, inspectedAtOnce)
        for (const place of places) if (!(await endsAsItSays(store, place))) noteDamage(place.room)
        const last = places.at(-1)
        if (!last) return damaged.size
        after = last.room
      }
    },
  }
}
