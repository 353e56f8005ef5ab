import type { Provider } from '@sotto/mls'
import { openBlocks } from '../account/blocks.ts'
import { type Call, openContacts } from '../account/contacts.ts'
import { gate as gateOf } from '../account/gate.ts'
import { keyPackagePool } from '../account/keyPackages.ts'
import { openNotes } from '../account/notes.ts'
import { type ClientLimits, clientLimits } from '../limits.ts'
import type { Scheduler } from '../ports/scheduler.ts'
import type { Store } from '../ports/store.ts'
import { openVerifiedMarks } from '../verification/marks.ts'
import type { Kept } from './present.ts'

interface Deps {
  readonly store: Store
  readonly provider: Provider
  readonly scheduler: Scheduler
  readonly call: Call
  readonly limits: Partial<ClientLimits> | undefined
  timeMs(): number
}

/** Opens what the store of a profile holds beside its rooms. @throws SottoError `storage_damaged` */
export const openKept = async ({ store, provider, scheduler, call, limits, timeMs }: Deps): Promise<Kept> => {
  const gate = gateOf(store)
  // A machine that has slept may not have heard yet how late it is at the server: a link is from the future only where
  // both clocks say so (CHAIN-13).
  const latestMs = (): number => Math.max(timeMs(), scheduler.nowMs())
  const contacts = openContacts(gate.store, provider, call, latestMs)
  await contacts.load()
  return {
    gate,
    contacts,
    notes: openNotes(gate.store),
    pool: keyPackagePool(gate.store, provider, call, clientLimits(limits)),
    blocks: await openBlocks(gate.store, call),
    verified: await openVerifiedMarks(gate.store),
  }
}
