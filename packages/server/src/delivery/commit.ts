import {
  type CommitView,
  checkGroupInfo,
  encodePublicGroup,
  extensionType,
  type KeyPackage,
  keyPackageRef,
  type LeafIndex,
  leafAt,
  MlsError,
  observe,
  type PublicGroup,
  readMessage,
  treeParts,
} from '@sotto/mls/public'
import { type CommitAttachment, decodeCommitAttachment, equalBytes, SottoError } from '@sotto/protocol'
import { deviceOf, encodePolicy, identityOf, type Policy, policyOf } from '@sotto/trust'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import type { Court } from './court.ts'
import { mapKey } from './digest.ts'
import type { Room } from './rooms.ts'
import type { Membership, RoomChange } from './store.ts'
import type { Incoming } from './submission.ts'

export interface AcceptedCommit {
  /** The key packages of those who are added. */
  readonly keyPackages: readonly KeyPackage[]
  readonly change: RoomChange & { readonly kind: 'committed' }
  readonly group: PublicGroup
  readonly policy: Policy
  /** By device, after the commit. */
  readonly members: Map<string, Membership>
}

const refuse = (why: string): never => {
  throw new SottoError('bad_request', why)
}

const attachmentOf = ({ aux }: Incoming): CommitAttachment =>
  aux ? decodeCommitAttachment(aux) : refuse('a commit needs its GroupInfo')

/** The device at a leaf. @throws SottoError `internal` for a leaf that was never verified */
export const membershipAt = (tree: PublicGroup['tree'], leaf: LeafIndex): Membership => {
  const node = leafAt(tree, leaf)
  const identity = node && identityOf(node)
  // Every leaf that comes in has been verified by the engine's check.
  if (!identity) throw new SottoError('internal', 'a leaf without an identity')
  return { account: identity.account, device: identity.device, leaf }
}

/** What a commit makes of a room, as far as its own bytes show. */
export interface ObservedCommit {
  readonly view: CommitView
  readonly committer: Membership
  readonly epoch: number
  readonly group: PublicGroup
  readonly policy: Policy
  /** By device, after the commit. */
  readonly members: Map<string, Membership>
  readonly added: readonly Membership[]
  /** Those who were added, and who came in from outside. */
  readonly joined: readonly Membership[]
  readonly left: readonly Uint8Array[]
}

/**
 * Public validation of a commit and the room's rules.
 *
 * @throws MlsError, SottoError `policy {rule}`, `bad_request`
 */
export const observeCommit = async (
  court: Court,
  members: ReadonlyMap<string, Membership>,
  before: PublicGroup,
  payload: Uint8Array,
): Promise<ObservedCommit> => {
  const observed = await observe(court.engine, before, payload)
  if (observed.kind !== 'commit') return refuse('not a commit')
  const { view, group } = observed
  const policy = policyOf(group.context)
  if (policy.kind === 'refused') throw new SottoError('policy', undefined, { rule: policy.rule })
  const committer = membershipAt(group.tree, view.committer.leafIndex)
  const added = view.added.map((leaf) => membershipAt(group.tree, leaf))
  const joined = view.committer.kind === 'external' ? [...added, committer] : added
  const left = view.removed.flatMap(({ leaf }) => identityOf(leaf)?.device ?? [])
  return {
    view,
    committer,
    epoch: Number(group.context.epoch),
    group,
    policy: policy.value,
    members: membersAfter(members, left, joined),
    added,
    joined,
    left,
  }
}

/** Nobody commits in the name of another device, whatever the signature says. */
const refuseImpostor = (room: Room, caller: DeviceCaller, { view, committer }: ObservedCommit): void => {
  if (!equalBytes(committer.device, caller.device) || !equalBytes(committer.account, caller.account))
    throw new SottoError('not_member')
  const known = room.members.get(mapKey(caller.device))
  if (view.committer.kind === 'member' && known?.leaf !== view.committer.leafIndex)
    throw new SottoError('not_member')
}

/**
 * What others judge by the log's time, with the grace that those need who read it later, the server knows at once: a
 * device that is revoked is not brought in, not even a moment after.
 */
const refuseRevoked = (court: Court, joined: readonly Membership[]): Promise<void> =>
  court.judge(async (lookup) => {
    for (const { account, device } of joined) {
      const state = lookup(account)
      if (state && deviceOf(state, device)?.status.kind === 'revoked')
        throw new SottoError('policy', undefined, { rule: 'C2a' })
    }
  })

/** A Welcome is there exactly if somebody is added, and is for those and nobody else. */
const checkWelcome = (court: Court, view: CommitView, { welcome, meta }: CommitAttachment): void => {
  const added = view.proposals.flatMap(({ proposal }) =>
    proposal.kind === 'add' ? [mapKey(keyPackageRef(court.engine, proposal.keyPackage))] : [],
  )
  if (!welcome) {
    if (added.length > 0) refuse('nobody is added without a Welcome')
    return
  }
  if (added.length === 0) refuse('a Welcome for nobody')
  // Who joins cannot read what was sealed before.
  if (!meta) refuse('the metadata must be sealed anew for those who join')
  const header = readMessage(welcome)
  if (header.kind !== 'welcome' || header.cipherSuite !== court.engine.suite.id)
    return refuse('not a Welcome')
  const greeted = new Set(header.newMembers.map(mapKey))
  if (greeted.size !== added.length || header.newMembers.length !== added.length)
    refuse('a Welcome for others')
  if (!added.every((ref) => greeted.has(ref))) refuse('a Welcome for others')
}

/** What a later joiner is told by: of the new epoch, signed by who hands it in, usable, and without the tree. */
export const checkNewGroupInfo = async (
  court: Court,
  group: PublicGroup,
  signer: LeafIndex,
  groupInfo: Uint8Array,
): Promise<void> => {
  const info = await checkGroupInfo(court.engine, group, groupInfo)
  if (info.signer !== signer) refuse('the GroupInfo is signed by another')
  const types = info.extensions.map(({ type }) => type)
  if (types.length !== 1 || types[0] !== extensionType.externalPub)
    refuse('a GroupInfo carries the external key and nothing else')
}

const welcomeOf = (
  court: Court,
  caller: DeviceCaller,
  group: PublicGroup,
  added: readonly Membership[],
  { welcome }: CommitAttachment,
) =>
  welcome && {
    inviter: caller.account,
    welcome,
    tree: treeParts(court.engine, group.tree),
    devices: added.map((member) => member.device),
  }

const membersAfter = (
  before: ReadonlyMap<string, Membership>,
  left: readonly Uint8Array[],
  joined: readonly Membership[],
): Map<string, Membership> => {
  const members = new Map(before)
  for (const device of left) members.delete(mapKey(device))
  for (const member of joined) members.set(mapKey(member.device), member)
  return members
}

/**
 * Public validation of a commit, the room's rules, and what rides with it (DEL-6, DEL-8).
 *
 * @throws SottoError `policy {rule}`, `not_member`, `bad_request`
 */
export const judgeCommit = async (
  court: Court,
  room: Room,
  before: PublicGroup,
  caller: DeviceCaller,
  incoming: Incoming,
): Promise<AcceptedCommit> => {
  const attachment = attachmentOf(incoming)
  try {
    const observed = await observeCommit(court, room.members, before, incoming.payload)
    const { view, epoch, group, policy, members, added, joined, left } = observed
    refuseImpostor(room, caller, observed)
    await refuseRevoked(court, joined)
    checkWelcome(court, view, attachment)
    await checkNewGroupInfo(court, group, view.committer.leafIndex, attachment.groupInfo)
    return {
      group,
      policy,
      members,
      keyPackages: view.proposals.flatMap(({ proposal }) =>
        proposal.kind === 'add' ? [proposal.keyPackage] : [],
      ),
      change: {
        kind: 'committed',
        epoch,
        policy: encodePolicy(policy),
        group: encodePublicGroup(group),
        groupInfo: attachment.groupInfo,
        meta: attachment.meta && { epoch, sealed: attachment.meta },
        joined,
        left,
        welcome: welcomeOf(court, caller, group, added, attachment),
      },
    }
  } catch (error) {
    throw error instanceof MlsError ? court.failure(error) : error
  }
}
