import { type Group, leafAt, type LeafChange } from '@sotto/mls'
import { identityOf, leafLifetimeMaxS } from '@sotto/trust'
import { makeLeaf } from '../account/leafMaking.ts'
import type { Tools } from './tools.ts'

const dayS = 86_400

/** Whether the own leaf is past its end, or will be before what it commits is in the log, or was dated by a wrong clock. */
export const isUntimely = ({ public: { tree }, ownLeaf }: Group, timeS: number): boolean => {
  const leaf = leafAt(tree, ownLeaf)
  const identity = leaf && identityOf(leaf)
  if (!identity) return false
  const leftS = identity.notAfterS - timeS
  return leftS < dayS || leftS > leafLifetimeMaxS
}

/** A new leaf key and credential, valid for as long as one may be. */
export const renewedLeaf = async (
  { provider, signer, device, account, find }: Tools,
  timeS: number,
): Promise<LeafChange | undefined> => {
  const own = find(account)?.state
  return own && makeLeaf({ provider, signer, device, account: own }, timeS)
}
