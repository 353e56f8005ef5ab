export * from './rules.ts'
export * from './verdict.ts'
export * from './signing/labelled.ts'
export {
  type DeviceCertificate,
  type DeviceKind,
  certificateLifetimeMaxS,
  sealingKeyBytes,
} from './account/deviceCertificate.ts'
export { type Link, type LinkBody, parseLink } from './account/link.ts'
export type { RevocationReason } from './account/revocationReason.ts'
export * from './account/accountState.ts'
export * from './account/chain.ts'
export * from './account/genesis.ts'
export * from './account/growth.ts'
export * from './account/pin.ts'
export { safetyNumber } from './account/safetyNumber.ts'
export { type LeafIdentity, buildLeafCredential, identityOf, parseLeafIdentity } from './leaf/identity.ts'
export * from './leaf/capabilities.ts'
export {
  type Death,
  type LeafStanding,
  leafLifetimeMaxS,
  linkTimeSkewMaxS,
  revocationGraceS,
  standingAt,
} from './leaf/standing.ts'
export { verifyLeaf, verifyTreeLeaf } from './leaf/verifyLeaf.ts'
export { isKeyPackageOver, isRevoked, verifyKeyPackage } from './leaf/verifyKeyPackage.ts'
export * from './policy/extension.ts'
export * from './policy/policy.ts'
export { decodePolicy, encodePolicy, hooksMax } from './policy/codec.ts'
export { contextExtensions, extensionsWithPolicy, policyOf, serverKeyOf } from './policy/context.ts'
export * from './policy/change.ts'
export type { PolicyChange } from './policy/difference.ts'
export * from './authorization/view.ts'
export { type Authorization, type DeviceChange, authorize } from './authorization/authorize.ts'
export { type Creation, authorizeCreation, isRefounding } from './authorization/creation.ts'
export { type Permit, mayPropose } from './authorization/mayPropose.ts'
export { type DeadLeaf, deadLeaves } from './authorization/deadLeaves.ts'
export { type RoomChecks, roomChecks } from './authorization/roomChecks.ts'
export { type ExternalJoin, buildJoinProof, verifyJoinProof } from './join/joinProof.ts'
export { type Admission, type WelcomeView, authorizeEntry, authorizeWelcome } from './join/welcome.ts'
