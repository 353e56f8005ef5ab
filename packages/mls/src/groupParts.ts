import type { Reader, Writer } from './codec.ts'
import { MlsError } from './error.ts'
import type { Group, OwnUpdate, PastEpoch } from './group.ts'
import { decodeGroupContext, encodeGroupContext, type GroupContext } from './groupContext.ts'
import type { EpochSecrets } from './keySchedule.ts'
import { decodeReInit, encodeReInit } from './proposal.ts'
import type { PublicGroup } from './publicGroup.ts'
import { decodePendingProposal, encodePendingProposal } from './publicGroupEncoding.ts'
import { leafCount, type RatchetTree } from './ratchetTree.ts'
import { decodeStored, encodeStored, type Part, PartChanges, partOf, type Parts } from './storedParts.ts'
import { secretTreeChanges, secretTreeFromParts } from './storedSecretTree.ts'
import { treeChanges, treeFromParts } from './storedTree.ts'
import type { PrivateTree } from './treeKem.ts'
import { fullLeafCount, type NodeIndex, toNodeIndex } from './treeMath.ts'

/**
 * A group in storage, as parts under names: what everyone knows of the epoch (`context`, `proposals`, `tree/...`), this
 * member's secrets of the epoch (`member`), and the secret tree (`closed/...`, `ratchets/...`, `skipped/...`). All but
 * the first three kinds are secret.
 */

const countMax = 0x1_0000

/**
 * What to write and delete so that storage holds `after` where it held `before`. Compares by identity: what an
 * operation did not touch costs nothing.
 *
 * @param before null for a group that is not stored yet
 */
export const groupParts = (before: Group | null, after: Group): readonly Part[] => {
  const changes = new PartChanges()
  const [old, now] = [before?.public, after.public]
  if (old !== now) {
    if (!old || !sameContext(old, now)) changes.set('context', encodeContext(now))
    if (old?.proposals !== now.proposals) changes.set('proposals', encodeProposals(now))
    treeChanges(changes, '', old?.tree, now.tree)
  }
  if (!before || !sameMember(before, after)) changes.set('member', encodeMember(after))
  secretTreeChanges(changes, '', before?.secretTree, after.secretTree)
  pastChanges(changes, before?.pastEpochs ?? [], after.pastEpochs)
  return changes.list()
}

const sameContext = (one: PublicGroup, other: PublicGroup): boolean =>
  one.context === other.context &&
  one.interimTranscriptHash === other.interimTranscriptHash &&
  one.confirmationTag === other.confirmationTag &&
  one.reInit === other.reInit

const sameMember = (one: Group, other: Group): boolean =>
  one.ownLeaf === other.ownLeaf &&
  one.signaturePrivateKey === other.signaturePrivateKey &&
  one.privateTree === other.privateTree &&
  one.epochSecrets === other.epochSecrets &&
  one.ownUpdates === other.ownUpdates &&
  one.secretTree.leafCount === other.secretTree.leafCount

/**
 * The group that was stored in these parts. It comes from our own storage: nothing is verified again. The tree is read
 * when it is first used, which sending a message does not do.
 *
 * @throws MlsError `malformed`, `unsupported`
 */
export const groupFromParts = (parts: Parts): Group => {
  const member = decodeStored(decodeMember, partOf(parts, 'member'))
  const { leaves, ...fields } = member
  return {
    public: publicFromParts(parts, leaves),
    ...fields,
    secretTree: secretTreeFromParts(parts, '', leaves),
    pastEpochs: pastFromParts(parts),
  }
}

const encodeContext = (group: PublicGroup): Uint8Array =>
  encodeStored((writer) => {
    encodeGroupContext(writer, group.context)
    writer.opaque(group.interimTranscriptHash)
    writer.opaque(group.confirmationTag)
    writer.optional(encodeReInit, group.reInit)
  })

const encodeProposals = (group: PublicGroup): Uint8Array =>
  encodeStored((writer) => writer.vector(encodePendingProposal, group.proposals))

const publicFromParts = (parts: Parts, leaves: number): PublicGroup => {
  const context = decodeStored(
    (reader) => ({
      context: decodeGroupContext(reader),
      interimTranscriptHash: reader.opaque(),
      confirmationTag: reader.opaque(),
      reInit: reader.optional(decodeReInit),
    }),
    partOf(parts, 'context'),
  )
  const proposals = decodeStored(
    (reader) => reader.vector(decodePendingProposal, countMax),
    partOf(parts, 'proposals'),
  )
  return withTree({ ...context, proposals }, () => treeFromParts(parts, '', leaves))
}

/** An object whose tree is made when it is asked for. */
const withTree = <T extends object>(
  fields: T,
  make: () => RatchetTree,
): T & { readonly tree: RatchetTree } => {
  let tree: RatchetTree | undefined
  return Object.defineProperty(fields, 'tree', {
    enumerable: true,
    get: () => (tree ??= make()),
  }) as T & { readonly tree: RatchetTree }
}

const encodeEpochSecrets = (writer: Writer, secrets: EpochSecrets): void => {
  writer.opaque(secrets.initSecret)
  writer.opaque(secrets.senderDataSecret)
  writer.opaque(secrets.exporterSecret)
  writer.opaque(secrets.externalSecret)
  writer.opaque(secrets.membershipKey)
  writer.opaque(secrets.resumptionPsk)
  writer.opaque(secrets.epochAuthenticator)
}

const decodeEpochSecrets = (reader: Reader): EpochSecrets => ({
  initSecret: reader.opaque(),
  senderDataSecret: reader.opaque(),
  exporterSecret: reader.opaque(),
  externalSecret: reader.opaque(),
  membershipKey: reader.opaque(),
  resumptionPsk: reader.opaque(),
  epochAuthenticator: reader.opaque(),
})

const encodePrivateKey = (writer: Writer, [node, key]: readonly [NodeIndex, Uint8Array]): void => {
  writer.uint32(node)
  writer.opaque(key)
}

const decodePrivateTree = (reader: Reader, leafIndex: number): PrivateTree => ({
  leafIndex,
  privateKeys: new Map(
    reader.vector((from) => [toNodeIndex(from.uint32()), from.opaque()] as const, countMax),
  ),
})

const encodeOwnUpdate = (writer: Writer, update: OwnUpdate): void => {
  writer.opaque(update.ref)
  writer.opaque(update.encryptionPrivateKey)
  writer.opaque(update.signaturePrivateKey)
}

const decodeOwnUpdate = (reader: Reader): OwnUpdate => ({
  ref: reader.opaque(),
  encryptionPrivateKey: reader.opaque(),
  signaturePrivateKey: reader.opaque(),
})

/** Leaves of a full tree: anything else would have no end on the way down. */
const decodeLeafCount = (reader: Reader): number => {
  const leaves = reader.uint32()
  if (leaves === 0 || leaves > countMax || fullLeafCount(leaves) !== leaves)
    throw new MlsError('malformed', `a tree of ${leaves} leaves`)
  return leaves
}

const encodeMember = (group: Group): Uint8Array =>
  encodeStored((writer) => {
    writer.uint32(group.secretTree.leafCount)
    writer.uint32(group.ownLeaf)
    writer.opaque(group.signaturePrivateKey)
    encodeEpochSecrets(writer, group.epochSecrets)
    writer.vector(encodePrivateKey, group.privateTree.privateKeys)
    writer.vector(encodeOwnUpdate, group.ownUpdates)
  })

const decodeMember = (
  reader: Reader,
): Omit<Group, 'public' | 'secretTree' | 'pastEpochs'> & { readonly leaves: number } => {
  const leaves = decodeLeafCount(reader)
  const ownLeaf = reader.uint32()
  return {
    leaves,
    ownLeaf,
    signaturePrivateKey: reader.opaque(),
    epochSecrets: decodeEpochSecrets(reader),
    privateTree: decodePrivateTree(reader, ownLeaf),
    ownUpdates: reader.vector(decodeOwnUpdate, countMax),
  }
}

/** Past epochs, each under its number; `past` lists them. */
const pastPrefix = (epoch: bigint): string => `past/${epoch}/`

const pastChanges = (
  changes: PartChanges,
  before: readonly PastEpoch[],
  after: readonly PastEpoch[],
): void => {
  if (before === after || (before.length === 0 && after.length === 0)) return
  const epochOf = ({ context }: { readonly context: GroupContext }): bigint => context.epoch
  const [old, now] = [new Map(before.map((p) => [epochOf(p), p])), new Map(after.map((p) => [epochOf(p), p]))]
  for (const epoch of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(epoch), now.get(epoch)]
    const prefix = pastPrefix(epoch)
    treeChanges(changes, prefix, was?.tree, is?.tree)
    secretTreeChanges(changes, prefix, was?.secretTree, is?.secretTree)
    if (!is) changes.delete(`${prefix}epoch`)
    else if (!was) changes.set(`${prefix}epoch`, encodePast(is))
  }
  const list = encodeStored((writer) =>
    writer.vector((into, epoch) => into.uint64(epoch), after.map(epochOf)),
  )
  if (after.length === 0) changes.delete('past')
  else if (before.map(epochOf).join() !== after.map(epochOf).join()) changes.set('past', list)
}

const encodePast = ({ context, tree, senderDataSecret }: PastEpoch): Uint8Array =>
  encodeStored((writer) => {
    writer.uint32(leafCount(tree))
    encodeGroupContext(writer, context)
    writer.opaque(senderDataSecret)
  })

const pastFromParts = (parts: Parts): readonly PastEpoch[] => {
  const list = parts.get('past')
  if (!list) return []
  const epochs = decodeStored((reader) => reader.vector((from) => from.uint64(), countMax), list)
  return epochs.map((epoch) => {
    const prefix = pastPrefix(epoch)
    const { leaves, ...fields } = decodeStored(
      (reader) => ({
        leaves: decodeLeafCount(reader),
        context: decodeGroupContext(reader),
        senderDataSecret: reader.opaque(),
      }),
      partOf(parts, `${prefix}epoch`),
    )
    const secretTree = secretTreeFromParts(parts, prefix, leaves)
    return withTree({ ...fields, secretTree }, () => treeFromParts(parts, prefix, leaves))
  })
}
