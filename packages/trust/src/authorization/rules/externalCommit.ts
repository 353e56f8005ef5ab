import { type Envelope, equalBytes } from '@sotto/protocol'
import { deviceOf } from '../../account/accountState.ts'
import { verifyJoinProof } from '../../join/joinProof.ts'
import { identityOf, type LeafIdentity } from '../../leaf/identity.ts'
import { succeeds, verifyLeaf } from '../../leaf/verifyLeaf.ts'
import { type Policy, roleOf } from '../../policy/policy.ts'
import { accepted, refused, type Verdict } from '../../verdict.ts'
import type { Court } from '../actor.ts'
import type { TreeChange } from '../treeChange.ts'
import type { CommitToJudge } from '../view.ts'

/**
 * C7: a device comes in from outside, for its own account and in the place of its own old leaf, and changes nothing
 * else. The key that signs an external commit authenticates nobody; the leaf's credential and the proof by D do.
 */
export const externalCommitRule = async (
  court: Court,
  view: CommitToJudge,
  before: Policy,
  envelope: Envelope,
  { arrivals, departures, successions }: TreeChange,
): Promise<Verdict<LeafIdentity>> => {
  if (!hasProposalsOfJoin(view)) return refused('C7a')
  const [arrival, second] = arrivals
  if (!arrival || second || successions.length > 0 || arrival.leafIndex !== view.committer.leafIndex)
    return refused('C7a')
  if (!sameExtensions(view)) return refused('C7d')

  const { leaf } = arrival
  const claimed = identityOf(leaf)
  const account = claimed && court.lookup(claimed.account)
  const verdict = await verifyLeaf(court.provider, leaf, account, court.nowS)
  if (verdict.kind === 'refused') return refused('C7c')
  const identity = verdict.value
  if (roleOf(before, identity.account) === undefined) return refused('C7c')
  const replacesItself = departures.every((gone) => {
    const old = identityOf(gone.leaf)
    return old !== undefined && succeeds(identity, old)
  })
  if (!replacesItself) return refused('C7b')

  const device = account && deviceOf(account, identity.device)
  const { groupId, epoch, confirmedTranscriptHash } = view.before.context
  const join = { groupId, epoch, confirmedTranscriptHash, leafKey: leaf.signatureKey }
  const proven =
    device !== undefined &&
    (await verifyJoinProof(court.provider, device.certificate.signingKey, join, envelope.extension))
  return proven ? accepted(identity) : refused('C7e')
}

/** ExternalInit, and at most one Remove; all by value, for what others proposed is not this device's to commit. */
const hasProposalsOfJoin = ({ proposals, hasPath }: CommitToJudge): boolean => {
  const inits = proposals.filter(({ proposal }) => proposal.kind === 'external_init').length
  const removes = proposals.filter(({ proposal }) => proposal.kind === 'remove').length
  return (
    hasPath &&
    inits === 1 &&
    removes <= 1 &&
    inits + removes === proposals.length &&
    proposals.every(({ by }) => by === 'value')
  )
}

const sameExtensions = ({ before, after }: CommitToJudge): boolean =>
  before.context.extensions.length === after.context.extensions.length &&
  before.context.extensions.every(({ type, data }, at) => {
    const other = after.context.extensions[at]
    return other !== undefined && other.type === type && equalBytes(other.data, data)
  })
