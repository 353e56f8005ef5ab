import { equalBytes, SottoError } from '@sotto/protocol'
import { roleOf } from '@sotto/trust'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import { mapKey } from './digest.ts'
import type { Room } from './rooms.ts'
import type { DeliveryStore, Membership } from './store.ts'

/** What a device is to a room. */
export type Standing =
  /** A leaf in the tree is the device's. */
  | { readonly kind: 'member'; readonly membership: Membership }
  /** The policy has the account, so that the device may come in from outside. */
  | { readonly kind: 'account' }
  /** A leaf was the device's, up to and including this entry. */
  | { readonly kind: 'former'; readonly untilSeq: number }
  | { readonly kind: 'stranger' }

export const standingOf = async (
  store: Pick<DeliveryStore, 'leftAt'>,
  room: Room,
  caller: DeviceCaller,
): Promise<Standing> => {
  const membership = room.members.get(mapKey(caller.device))
  if (membership && equalBytes(membership.account, caller.account)) return { kind: 'member', membership }
  if (roleOf(room.policy, caller.account) !== undefined) return { kind: 'account' }
  const untilSeq = await store.leftAt(room.id, caller.device)
  return untilSeq === undefined ? { kind: 'stranger' } : { kind: 'former', untilSeq }
}

/**
 * The last entry that a device may see. Who was removed sees the entry that says so, and nothing after it.
 *
 * @throws SottoError `not_member`
 */
export const readableUntil = (room: Room, standing: Standing): number => {
  switch (standing.kind) {
    case 'member':
    case 'account':
      return room.durable.seq
    case 'former':
      return standing.untilSeq
    case 'stranger':
      throw new SottoError('not_member')
  }
}

/** Refuses all but devices with a leaf and devices that may get one. @throws SottoError `not_member` */
export const refuseOutsiders = (standing: Standing): void => {
  if (standing.kind === 'stranger' || standing.kind === 'former') throw new SottoError('not_member')
}
