import { MlsError } from './error.ts'
import type { Group } from './group.ts'
import type { LeafNode } from './leafNode.ts'
import type { LeafChange } from './propose.ts'
import { leafAt } from './ratchetTree.ts'
import type { OwnLeaf } from './treeKem.ts'

/** @throws MlsError `invalid_use` for a state that is not of a member */
export const currentLeaf = ({ public: { tree }, ownLeaf }: Group): LeafNode => {
  const leaf = leafAt(tree, ownLeaf)
  if (!leaf) throw new MlsError('invalid_use', `own leaf ${ownLeaf} is blank`)
  return leaf
}

/** What the own leaf is to say from now on. */
export const ownLeafNode = (group: Group, change: LeafChange): OwnLeaf => {
  const leaf = currentLeaf(group)
  return {
    credential: change.credential ?? leaf.credential,
    capabilities: change.capabilities ?? leaf.capabilities,
    extensions: change.extensions ?? leaf.extensions,
    signatureKeyPair: change.signatureKeyPair ?? {
      publicKey: leaf.signatureKey,
      privateKey: group.signaturePrivateKey,
    },
  }
}
