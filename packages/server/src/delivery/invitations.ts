import { SottoError } from '@sotto/protocol'
import type { ServerLimits } from '../configuration.ts'
import type { DeliveryStore, Spending } from './store.ts'

/** Who may bring whom in, beyond what the room's rules say (rules DEL-14, DEL-15). */
export interface Invitations {
  /**
   * Asked and answered for before the commit is stored, one commit of an account after the other: what two of them use
   * up together would not be seen otherwise.
   *
   * @throws SottoError `key_package_unavailable` for a package that was not handed to this account, or is used up;
   * `rate` where too many of its invitations wait for a device
   */
  check(spends: Spending, devices: readonly Uint8Array[]): Promise<void>
}

interface Dependencies {
  readonly store: Pick<DeliveryStore, 'countClaims' | 'countWelcomes' | 'countWelcomesBy'>
  readonly limits: ServerLimits
}

/** Nobody holds more than this part of the places that are free: many who are greedy leave some for the next. */
const partOfFree = 1 / 8

export const makeInvitations = ({ store, limits }: Dependencies): Invitations => {
  const refuseCrowded = async (device: Uint8Array, inviter: Uint8Array): Promise<void> => {
    const free = limits.welcomesWaitingMax - (await store.countWelcomes(device, limits.welcomesWaitingMax))
    const share = Math.min(limits.welcomesWaitingPerInviterMax, Math.max(1, Math.floor(free * partOfFree)))
    if (free < 1 || (await store.countWelcomesBy(device, inviter)) >= share)
      throw new SottoError('rate', 'too many invitations wait for this device')
  }

  return {
    check: async (spends, devices) => {
      if ((await store.countClaims(spends)) < new Set(spends.refs.map(String)).size)
        throw new SottoError('key_package_unavailable', undefined, { rule: 'DEL-14' })
      for (const device of devices) await refuseCrowded(device, spends.claimant)
    },
  }
}
