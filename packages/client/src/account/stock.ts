import type { Provider } from '@sotto/mls'
import { SottoError } from '@sotto/protocol'
import type { DeviceSigner } from '@sotto/trust'
import type { Contacts } from './contacts.ts'
import type { KeyPackagePool } from './keyPackages.ts'
import type { LeafOwner } from './leafMaking.ts'
import type { Ready } from './profile.ts'

/** The key packages by which others bring this device into rooms. */
export interface Stock {
  /** Who this device is in its leaves. @throws what keeps the own chain from being read */
  leafOwner(): Promise<LeafOwner>
  /** Fills the stock on the server; one filling at a time. */
  replenish(): Promise<void>
  /** Publishes new ones in place of all that there are: others hand out some whose keys are lost. */
  renew(): Promise<void>
}

interface Deps {
  readonly provider: Provider
  readonly signer: DeviceSigner
  readonly profile: Pick<Ready, 'account' | 'device'>
  readonly contacts: Contacts
  readonly pool: KeyPackagePool
  readonly scheduler: { nowMs(): number }
  timeMs(): number
  /** Asks the server what time it has. */
  fetchServerInfo(): Promise<void>
}

const seconds = (ms: number): number => Math.floor(ms / 1000)

export const openStock = (deps: Deps): Stock => {
  const { provider, signer, contacts, pool, scheduler, timeMs } = deps
  const { account, device } = deps.profile

  const leafOwner = async (): Promise<LeafOwner> => {
    await contacts.ensure([{ account, seq: 0 }])
    const own = contacts.find(account)
    if (!own) throw new SottoError('storage_damaged', 'the own chain is missing')
    return { provider, signer, device, account: own.state }
  }
  const fill = async (afresh: boolean): Promise<void> =>
    pool.replenish(await leafOwner(), { nowS: seconds(timeMs()), localS: seconds(scheduler.nowMs()) }, afresh)
  const restock = async (afresh: boolean): Promise<void> => {
    try {
      await fill(afresh)
    } catch (error) {
      if (!(error instanceof SottoError && error.code === 'policy')) throw error
      // What was made may be dated by a clock that the server has set right since.
      await deps.fetchServerInfo()
      await fill(afresh)
    }
  }

  let replenishing: Promise<void> | null = null
  return {
    leafOwner,
    replenish: () => (replenishing ??= restock(false).finally(() => (replenishing = null))),
    renew: () => restock(true),
  }
}
