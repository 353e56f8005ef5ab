import type { Provider } from '@sotto/mls'
import { equalBytes } from '@sotto/protocol'
import { extendChain, verifyChain } from '@sotto/trust'
import type { Change, Store } from '../ports/store.ts'
import { type Chain, chainChange, type Contact, keptChain } from './contactRows.ts'

/** A contact as it is known from now on, and the rows of its links. */
export interface Learned {
  readonly contact: Contact
  readonly chain: readonly Change[]
}

interface Deps {
  readonly store: Store
  readonly provider: Pick<Provider, 'verify'>
  readonly nowS: number
}

/** What is kept of a chain that ends at `seq`, once these links have been verified; nothing where some are not known. */
const chainChanges = async (
  store: Store,
  account: Uint8Array,
  seq: number,
  { links, receipt }: Chain,
): Promise<readonly Change[]> => {
  const before = (await keptChain(store, account))?.links ?? []
  const all = links.length > seq ? links.slice(1) : [...before, ...links]
  return seq === 0 || all.length !== seq ? [] : [chainChange(account, { links: all, receipt })]
}

/** What a whole chain says of an account that is not known yet. */
const judgeNew = async (
  { store, provider, nowS }: Deps,
  account: Uint8Array,
  chain: Chain,
): Promise<Learned | undefined> => {
  const verdict = await verifyChain(provider, chain.links, nowS)
  if (verdict.kind === 'refused' || !equalBytes(verdict.value.account, account)) return undefined
  return {
    contact: { state: verdict.value, alarm: false },
    chain: await chainChanges(store, account, verdict.value.seq, chain),
  }
}

/**
 * What the links that the server shows, from the first one that is not known on, say of an account. Undefined: nothing
 * that is worth keeping.
 */
export const judgeChain = async (
  deps: Deps,
  account: Uint8Array,
  before: Contact | undefined,
  chain: Chain,
): Promise<Learned | undefined> => {
  if (!before) return judgeNew(deps, account, chain)
  if (chain.links.length === 0) return undefined
  const verdict = await extendChain(deps.provider, before.state, chain.links, deps.nowS)
  if (verdict.kind === 'refused')
    // A link from the future says as much against the clock of this device as against the chain: later, then.
    return verdict.rule === 'CHAIN-13' ? undefined : { contact: { ...before, alarm: true }, chain: [] }
  return {
    contact: { ...before, state: verdict.value },
    chain: await chainChanges(deps.store, account, verdict.value.seq, chain),
  }
}
