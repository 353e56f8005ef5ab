import { equalBytes } from './bytes.ts'
import { inChunks } from './chunks.ts'
import { assertReadableCredentials } from './credentialTypes.ts'
import { isEncryptionKey } from './encryptionKey.ts'
import { MlsError } from './error.ts'
import type { Extension } from './extension.ts'
import { assertUniqueKeys } from './keyUniqueness.ts'
import type { TreeEngine } from './leafCheck.ts'
import { groupTerms, validateLeaf } from './leafNodeValidation.ts'
import { verifyParentHashes } from './parentHash.ts'
import { leafCount, leaves, memberCount, type RatchetTree, subtrees } from './ratchetTree.ts'
import { treeHash } from './treeHash.ts'

/** What a group context says of its tree. */
export interface TreeContext {
  readonly groupId: Uint8Array
  readonly treeHash: Uint8Array
  readonly extensions: readonly Extension[]
}

/**
 * A tree that was handed over, before anything in it is believed (RFC 9420 §12.4.3.1): the tree hash, the parent
 * hash of each parent, unique keys, credentials that all can read, and each leaf with its signature and the caller's
 * check. Unmerged leaves were checked when it was decoded.
 *
 * What costs least comes first; a hostile tree is refused before a signature of it is verified.
 *
 * @throws MlsError `invalid_tree`, `invalid_leaf`, `bad_authentication`, `refused_by_caller`, `limit_exceeded`
 */
export const validateTree = async (
  engine: TreeEngine,
  tree: RatchetTree,
  context: TreeContext,
): Promise<void> => {
  if (leafCount(tree) > engine.limits.leavesMax)
    throw new MlsError('limit_exceeded', `a tree of ${leafCount(tree)} leaves`)
  if (memberCount(tree) === 0) throw new MlsError('invalid_tree', 'a tree without members')
  if (!equalBytes(treeHash(engine, tree), context.treeHash))
    throw new MlsError('invalid_tree', 'the tree hash is not that of the group context')
  assertParentKeys(engine, tree)
  verifyParentHashes(engine, tree)
  assertUniqueKeys(tree)
  assertReadableCredentials(tree)
  const terms = groupTerms(context.extensions)
  await inChunks([...leaves(tree)], ([leafIndex, leaf]) =>
    validateLeaf(engine, leaf, { at: 'tree', leafIndex, groupId: context.groupId }, terms),
  )
}

const assertParentKeys = ({ suite }: TreeEngine, tree: RatchetTree): void => {
  for (const node of subtrees(tree))
    if (node.kind === 'branch' && node.parent && !isEncryptionKey(suite.kem, node.parent.encryptionKey))
      throw new MlsError('invalid_tree', `nothing can be sealed to the key of node ${node.index}`)
}
