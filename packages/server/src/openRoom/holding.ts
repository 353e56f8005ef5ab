import { equalBytes, SottoError } from '@sotto/protocol'
import { roleOf, roles } from '@sotto/trust'
import type { ServerLimits } from '../configuration.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { mapKey } from '../delivery/digest.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import type { SteadyClock } from '../steadyClock.ts'
import type { OpenRoom, OpenRoomStore } from './store.ts'

interface Dependencies {
  readonly store: OpenRoomStore
  readonly delivery: Pick<Delivery, 'roomOf'>
  readonly clock: SteadyClock
  readonly limits: ServerLimits
}

/** A room whose members have been away for weeks holds its place for nobody. */
const isAbandoned = async (
  { store, clock, limits }: Dependencies,
  { room, sinceMs }: OpenRoom,
): Promise<boolean> => {
  if (!clock.mayExpire()) return false
  const lastMs = Math.max(sinceMs, (await store.memberSeenMs(room)) ?? 0)
  return lastMs < clock.nowMs() - limits.openRoomIdleMs
}

/** Whoever owns the open room may put another in its place: one that was damaged is founded anew as another room. */
const isOwner = async (
  { delivery }: Dependencies,
  { room }: OpenRoom,
  account: Uint8Array,
): Promise<boolean> => {
  const known = await delivery.roomOf(room).catch(() => undefined)
  return known !== undefined && roleOf(known.policy, account) === roles.owner
}

/**
 * Refuses a second open room; null for the account of somebody who makes a room that is not there yet.
 *
 * @throws SottoError `open_room_taken`
 */
export const refuseSecond = async (
  dependencies: Dependencies,
  room: Uint8Array,
  account: Uint8Array | null,
): Promise<void> => {
  const known = await dependencies.store.openRoom()
  if (!known || equalBytes(known.room, room) || (await isAbandoned(dependencies, known))) return
  if (account && (await isOwner(dependencies, known, account))) return
  throw new SottoError('open_room_taken')
}

/** @throws SottoError `not_member`, `room_unknown` */
export const memberOf = async (
  { delivery }: Pick<Dependencies, 'delivery'>,
  caller: DeviceCaller,
  id: Uint8Array,
) => {
  const room = await delivery.roomOf(id)
  const member = room.members.get(mapKey(caller.device))
  if (!member || !equalBytes(member.account, caller.account)) throw new SottoError('not_member')
  return room
}
