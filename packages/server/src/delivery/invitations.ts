import { SottoError } from '@sotto/protocol'
import type { ServerLimits } from '../configuration.ts'
import type { DeliveryStore, Membership, Spending } from './store.ts'

/** A device that is brought into a room, and whose it is. */
export type Invited = Pick<Membership, 'account' | 'device'>

/** Who may bring whom in, beyond what the room's rules say (rules DEL-14, DEL-15). */
export interface Invitations {
  /**
   * Asked and answered for before the commit is stored, one commit of an account after the other: what two of them use
   * up together would not be seen otherwise.
   *
   * @throws SottoError `key_package_unavailable` for a package that was not handed to this account, or is used up;
   * `rate` where too many of its invitations wait for a device
   */
  check(spends: Spending, invited: readonly Invited[]): Promise<void>
}

interface Dependencies {
  readonly store: Pick<DeliveryStore, 'countClaims' | 'countWelcomes' | 'countWelcomesBy' | 'shareRoom'>
  readonly limits: ServerLimits
}

/** Nobody holds more than this part of the places that are free: many who are greedy leave some for the next. */
const partOfFree = 1 / 8

/** Strangers fill this part of the places: accounts cost nothing, and who knows somebody finds the rest. */
const partOfStrangers = 1 / 2

export const makeInvitations = ({ store, limits }: Dependencies): Invitations => {
  const hasPlace = (placesMax: number, waiting: number, ofInviter: number): boolean => {
    const free = placesMax - waiting
    const share = Math.min(limits.welcomesWaitingPerInviterMax, Math.max(1, Math.floor(free * partOfFree)))
    return free >= 1 && ofInviter < share
  }

  const refuseCrowded = async ({ account, device }: Invited, inviter: Uint8Array): Promise<void> => {
    const placesMax = limits.welcomesWaitingMax
    const waiting = await store.countWelcomes(device, placesMax)
    const ofInviter = await store.countWelcomesBy(device, inviter)
    if (hasPlace(Math.ceil(placesMax * partOfStrangers), waiting, ofInviter)) return
    if (!hasPlace(placesMax, waiting, ofInviter) || !(await store.shareRoom(account, inviter)))
      throw new SottoError('rate', 'too many invitations wait for this device')
  }

  return {
    check: async (spends, invited) => {
      if ((await store.countClaims(spends)) < new Set(spends.refs.map(String)).size)
        throw new SottoError('key_package_unavailable', undefined, { rule: 'DEL-14' })
      for (const one of invited) await refuseCrowded(one, spends.claimant)
    },
  }
}
