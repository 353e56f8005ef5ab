export * from './codec.ts'
export * from './error.ts'
export * from './suite.ts'
export * from './protocolVersion.ts'
export * from './credential.ts'
export * from './capabilities.ts'
export * from './extension.ts'
export * from './requiredCapabilities.ts'
export * from './externalSenders.ts'
export * from './externalPub.ts'
export {
  type LeafNode,
  type LeafNodeSource,
  type LeafPlace,
  decodeLeafNode,
  encodeLeafNode,
  verifyLeafNode,
} from './leafNode.ts'
export {
  type KeyPackage,
  decodeKeyPackage,
  encodeKeyPackage,
  keyPackageRef,
  verifyKeyPackage,
} from './keyPackage.ts'
export type { LeafIndex, NodeIndex } from './treeMath.ts'
export * from './parentNode.ts'
export {
  type Branch,
  type LeafSlot,
  type RatchetTree,
  type Subtree,
  addLeaf,
  leafAt,
  leafCount,
  leaves,
  memberCount,
  removeLeaf,
  treeOf,
  updateLeaf,
} from './ratchetTree.ts'
export { decodeTree, encodeTree, leavesMaxDefault } from './treeEncoding.ts'
export { type TreeNodes, treeOfParts, type TreePart, treeParts } from './treeParts.ts'
export { treeHash } from './treeHash.ts'
export type { LeafCheck, LeafUse, TreeEngine } from './leafCheck.ts'
export { type GroupTerms, groupTerms, validateKeyPackage, validateLeaf } from './leafNodeValidation.ts'
export { type TreeContext, validateTree } from './treeValidation.ts'
export * from './preSharedKeyId.ts'
export * from './proposal.ts'
export { type UpdatePath, type UpdatePathNode, decodeUpdatePath, encodeUpdatePath } from './updatePath.ts'
export * from './commit.ts'
export * from './sender.ts'
export * from './framedContent.ts'
export { type AuthenticatedContent, type WireFormat, proposalRef } from './authenticatedContent.ts'
export * from './groupContext.ts'
export * from './publicMessage.ts'
export * from './privateMessage.ts'
export { type GroupInfo, decodeGroupInfo, encodeGroupInfo, verifyGroupInfo } from './groupInfo.ts'
export * from './welcome.ts'
export * from './message.ts'
export { isCanonicalEd25519Key } from './ed25519.ts'
export { isEncryptionKey } from './encryptionKey.ts'
export type * from './provider.ts'
export * from './engine.ts'
export type * from './commitView.ts'
export { type PendingProposal, type PublicGroup, checkGroupInfo, openPublicGroup } from './publicGroup.ts'
export { decodePublicGroup, encodePublicGroup } from './publicGroupEncoding.ts'
export { type Observed, observe } from './observe.ts'
export * from './externalProposal.ts'
export { hexOf } from './hex.ts'
