import type { EpochSecrets } from './keySchedule.ts'
import type { MessageSecrets } from './messageProtection.ts'
import type { Resumption } from './psk.ts'
import type { PublicGroup } from './publicGroup.ts'
import { secretsIn } from './secretTree.ts'
import type { PrivateTree } from './treeKem.ts'
import type { LeafIndex } from './treeMath.ts'
import type { SenderGround } from './verifySender.ts'

/**
 * A group as one of its members has it: what everyone sees, and this member's secrets. Immutable data without
 * functions; each operation makes another. Secret.
 */
export interface Group {
  readonly public: PublicGroup
  readonly ownLeaf: LeafIndex
  readonly signaturePrivateKey: Uint8Array
  readonly privateTree: PrivateTree
  readonly epochSecrets: EpochSecrets
  readonly secretTree: MessageSecrets['secretTree']
  /** Updates of the own leaf that were proposed in this epoch. */
  readonly ownUpdates: readonly OwnUpdate[]
  /** The latest first. */
  readonly pastEpochs: readonly PastEpoch[]
}

/** Keys that become ours when someone commits the proposal. */
export interface OwnUpdate {
  readonly ref: Uint8Array
  readonly encryptionPrivateKey: Uint8Array
  readonly signaturePrivateKey: Uint8Array
}

/** What it takes to read late application messages of an epoch that is over. */
export interface PastEpoch extends SenderGround, MessageSecrets {}

/** Equal for two members who have the same view of the group, and only for those (RFC 9420 §8.7). */
export const epochAuthenticator = (group: Group): Uint8Array => group.epochSecrets.epochAuthenticator

/** By which membership in this epoch can be shown later (RFC 9420 §8.6). It goes with the epoch; keep it or lose it. */
export const resumptionPsk = (group: Group): Resumption => ({
  groupId: group.public.context.groupId,
  epoch: group.public.context.epoch,
  secret: group.epochSecrets.resumptionPsk,
})

const messageSecretsIn = (secrets: MessageSecrets): readonly Uint8Array[] => [
  secrets.senderDataSecret,
  ...secretsIn(secrets.secretTree.root),
]

/** All secrets of a group but the signature key, which is the caller's. To be wiped by who left or was removed. */
export const allSecrets = (group: Group): readonly Uint8Array[] => [
  ...Object.values(group.epochSecrets),
  ...secretsIn(group.secretTree.root),
  ...group.privateTree.privateKeys.values(),
  ...group.ownUpdates.map(({ encryptionPrivateKey }) => encryptionPrivateKey),
  ...group.pastEpochs.flatMap(messageSecretsIn),
]

/**
 * The epochs that are past once the current one is, and the secrets that are of no use then.
 *
 * @param next the private tree of the next epoch: keys that it still has are not listed
 */
export const leaveEpoch = (
  group: Group,
  pastEpochsMax: number,
  next: PrivateTree,
): { readonly pastEpochs: readonly PastEpoch[]; readonly consumed: readonly Uint8Array[] } => {
  const { context, tree } = group.public
  const { senderDataSecret } = group.epochSecrets
  const left: PastEpoch = { context, tree, senderDataSecret, secretTree: group.secretTree }
  const epochs = [left, ...group.pastEpochs]
  const pastEpochs = epochs.slice(0, pastEpochsMax)
  const kept = new Set<Uint8Array>([...next.privateKeys.values(), ...pastEpochs.flatMap(messageSecretsIn)])
  return { pastEpochs, consumed: allSecrets(group).filter((secret) => !kept.has(secret)) }
}

/**
 * The secrets that a staged group has and the group itself has not: to be wiped when another commit was accepted and
 * the staged group is dropped.
 */
export const secretsOfStaged = (staged: Group, group: Group): readonly Uint8Array[] => {
  const kept = new Set(allSecrets(group))
  return allSecrets(staged).filter((secret) => !kept.has(secret))
}

/** Gives up the keys of all past epochs but the latest ones. For how long they are kept, a clock of the caller's says. */
export const forgetPastEpochs = (
  group: Group,
  keep: number,
): { readonly group: Group; readonly consumed: readonly Uint8Array[] } => ({
  group: { ...group, pastEpochs: group.pastEpochs.slice(0, keep) },
  consumed: group.pastEpochs.slice(keep).flatMap(messageSecretsIn),
})
