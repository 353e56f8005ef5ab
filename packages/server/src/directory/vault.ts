import { SottoError } from '@sotto/protocol'
import type { Caller } from '../authentication/sessions.ts'
import type { DirectoryStore, VaultSlot } from './store.ts'

export interface Vault {
  read(caller: Caller, slot: string): Promise<VaultSlot>
  /** @throws SottoError `client_rollback {lastCounter}` unless the counter rises */
  write(caller: Caller, slot: string, value: VaultSlot): Promise<void>
}

/** What an account seals for itself (CON-4). */
const slots: ReadonlySet<string> = new Set(['root', 'data'])

const refuseUnknown = (slot: string): void => {
  if (!slots.has(slot)) throw new SottoError('not_found')
}

export const makeVault = (store: Pick<DirectoryStore, 'slot' | 'putSlot'>): Vault => ({
  read: async (caller, slot) => {
    refuseUnknown(slot)
    const found = await store.slot(caller.account, slot)
    if (!found) throw new SottoError('not_found')
    return found
  },
  write: async (caller, slot, value) => {
    refuseUnknown(slot)
    const outcome = await store.putSlot(caller.account, slot, value)
    if (outcome.kind === 'behind')
      throw new SottoError('client_rollback', undefined, { lastCounter: outcome.counter })
  },
})
