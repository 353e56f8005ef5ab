import { encodeTree } from '@sotto/mls/public'
import {
  type Acknowledgement,
  equalBytes,
  limits as protocolLimits,
  type OutputOf,
  type readGroupInfo,
  type readInvited,
  type readLog,
  type readMeta,
  type readTree,
  SottoError,
} from '@sotto/protocol'
import { boundedCache } from '../boundedCache.ts'
import type { ServerLimits } from '../configuration.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import { readableUntil, refuseOutsiders, standingOf } from './access.ts'
import { mapKey } from './digest.ts'
import type { LogKey } from './logKey.ts'
import type { Room, Rooms } from './rooms.ts'
import type { DeliveryStore, Head, RoomPlace } from './store.ts'

/** What a device may read of a room. Each answer checks its standing first. */
export interface Reading {
  log(caller: DeviceCaller, room: Uint8Array, from: number): Promise<OutputOf<typeof readLog>>
  tree(caller: DeviceCaller, room: Uint8Array, hash: Uint8Array): Promise<OutputOf<typeof readTree>>
  groupInfo(caller: DeviceCaller, room: Uint8Array): Promise<OutputOf<typeof readGroupInfo>>
  meta(caller: DeviceCaller, room: Uint8Array): Promise<OutputOf<typeof readMeta>>
  invited(caller: DeviceCaller, room: Uint8Array): Promise<OutputOf<typeof readInvited>>
  /** The rooms in which the device has a leaf, and where their logs end. */
  places(caller: Pick<DeviceCaller, 'device'>): Promise<readonly RoomPlace[]>
  /** The same, acknowledged. */
  heads(caller: DeviceCaller): Promise<readonly { room: Uint8Array; epoch: number; head: Acknowledgement }[]>
}

interface Dependencies {
  readonly store: DeliveryStore
  readonly rooms: Rooms
  readonly logKey: LogKey
  readonly limits: ServerLimits
}

const headsKeptMax = 50_000

export const makeReading = ({ store, rooms, logKey, limits }: Dependencies): Reading => {
  /** The newest acknowledgement of each room: signed once, and given to everybody until the room goes on. */
  const signed = boundedCache<Acknowledgement>({ weightMax: headsKeptMax, weigh: () => 1 })
  const acknowledgeHead = (room: Uint8Array, head: Head): Acknowledgement => {
    const key = mapKey(room)
    const known = signed.get(key)
    if (known?.seq === head.seq && known.timeMs === head.timeMs && equalBytes(known.hash, head.hash))
      return known
    const ack = logKey.acknowledge(room, head)
    signed.set(key, ack)
    return ack
  }

  const entryAt = async (room: Room, seq: number): Promise<Head> => {
    const entry = await store.entry(room.id, seq)
    if (!entry) throw new SottoError('internal', 'an entry is missing')
    return entry
  }

  const log: Reading['log'] = async (caller, id, from) => {
    const room = await rooms.load(id)
    const until = readableUntil(room, await standingOf(store, room, caller))
    const entries = await store.page(id, {
      from,
      to: until,
      entriesMax: limits.logPageEntriesMax,
      bytesMax: limits.logPageBytesMax,
    })
    const last = entries.at(-1)
    const head = last?.seq === until ? last : await entryAt(room, until)
    const headAck = acknowledgeHead(id, head)
    return {
      messages: entries.map(({ entry, payload, aux }) => ({ entry, payload, aux })),
      ack: !last || last.seq === until ? headAck : logKey.acknowledge(id, last),
      head: headAck,
    }
  }

  const placesOf = async (caller: Pick<DeviceCaller, 'device'>) =>
    (await store.roomsOf(caller.device, limits.roomsPerAccountMax)).filter(
      ({ room }) => !rooms.isDamaged(room),
    )

  const insider = async (caller: DeviceCaller, id: Uint8Array): Promise<Room> => {
    const room = await rooms.load(id)
    refuseOutsiders(await standingOf(store, room, caller))
    return room
  }

  return {
    log,
    tree: async (caller, id, hash) => {
      const waiting = await store.welcomeTree(id, hash, caller.device)
      if (waiting) return { tree: waiting }
      const group = await rooms.group(await insider(caller, id))
      if (!equalBytes(group.context.treeHash, hash)) throw new SottoError('not_found')
      return { tree: encodeTree(group.tree) }
    },
    groupInfo: async (caller, id) => {
      const { epoch } = await insider(caller, id)
      const groupInfo = await store.groupInfo(id)
      if (!groupInfo || groupInfo.length === 0) throw new SottoError('not_found')
      return { epoch, groupInfo }
    },
    meta: async (caller, id) => {
      await insider(caller, id)
      const meta = await store.meta(id)
      if (!meta) throw new SottoError('not_found')
      return meta
    },
    invited: async (caller, id) => {
      await insider(caller, id)
      return { devices: await store.invited(id, protocolLimits.leavesPerRoomMax) }
    },
    places: placesOf,
    heads: async (caller) =>
      (await placesOf(caller)).map(({ room, epoch, head }) => ({
        room,
        epoch,
        head: acknowledgeHead(room, head),
      })),
  }
}
