import { toHex } from '@sotto/protocol'
import { type AccountState, activeDevices, decodeAccountState, deviceOf } from '@sotto/trust'
import type { DirectoryStore } from './store.ts'

/** The verified chains, as they stand now. */
export interface Accounts {
  state(account: Uint8Array): Promise<AccountState | undefined>
  /** The state if it is at hand: for judgements that cannot wait. */
  known(account: Uint8Array): AccountState | undefined
  /** D of a device that is neither revoked nor past its certificate. */
  deviceKey(account: Uint8Array, device: Uint8Array, nowS: number): Promise<Uint8Array | undefined>
  /** Takes the place of what was known; called when it has been stored. */
  renew(state: AccountState): void
}

/** How many verified chains are kept decoded. */
const accountsMax = 20_000

export const makeAccounts = (store: Pick<DirectoryStore, 'account'>): Accounts => {
  const states = new Map<string, AccountState>()

  const keep = (state: AccountState): void => {
    const key = toHex(state.account)
    // A slow read must not put back what an append has replaced meanwhile.
    if ((states.get(key)?.seq ?? -1) > state.seq) return
    states.delete(key)
    states.set(key, state)
    if (states.size > accountsMax) states.delete(states.keys().next().value as string)
  }

  const state: Accounts['state'] = async (account) => {
    const known = states.get(toHex(account))
    if (known) return known
    const stored = await store.account(account)
    if (stored) keep(decodeAccountState(stored.state))
    return states.get(toHex(account))
  }

  return {
    state,
    known: (account) => states.get(toHex(account)),
    deviceKey: async (account, device, nowS) => {
      const found = await state(account)
      const certified = found && deviceOf(found, device)
      return certified && activeDevices(found, nowS).includes(certified)
        ? certified.certificate.signingKey
        : undefined
    },
    renew: keep,
  }
}
