export * from './public.ts'
export * from './keyPackageBundle.ts'
export { type UnsignedLeafNode, signLeafNode } from './leafNode.ts'
export { type UnsignedKeyPackage, signKeyPackage } from './keyPackage.ts'
export {
  type Group,
  allSecrets,
  epochAuthenticator,
  forgetPastEpochs,
  resumptionPsk,
  secretsOfStaged,
} from './group.ts'
export type { Psk, PskSource, Resumption } from './psk.ts'
export * from './createGroup.ts'
export { type LeafChange, type ProposeOptions, type Proposed, propose, proposeUpdate } from './propose.ts'
export * from './createCommit.ts'
export type { References } from './pendingProposals.ts'
export type { Resume } from './resume.ts'
export { type Processed, type ProcessOptions, process } from './processMessage.ts'
export { type EncryptOptions, encrypt } from './encrypt.ts'
export type { SentMessage } from './sendMessage.ts'
export * from './joinGroup.ts'
export * from './externalCommit.ts'
export { type GroupInfoOptions, makeGroupInfo } from './makeGroupInfo.ts'
export { exportSecret } from './exporter.ts'
export { decryptWithLabel, encryptWithLabel } from './labels.ts'
export { pathWeight } from './pathWeight.ts'
export { wipe } from './wipe.ts'
export { groupFromParts, groupParts } from './groupParts.ts'
export { type Part, type Parts, storedVersion } from './storedParts.ts'
