import { memberCount } from '@sotto/mls/public'
import { type Envelope, limits } from '@sotto/protocol'
import { identityOf } from '../leaf/identity.ts'
import { leavers, type Removal } from '../policy/change.ts'
import { type PolicyChange, policyDifference } from '../policy/difference.ts'
import type { Policy } from '../policy/policy.ts'
import type { Rule } from '../rules.ts'
import type { Signatures } from '../signing/labelled.ts'
import { type Actor, type Court, memberAt, proposerOf } from './actor.ts'
import { externalCommitRule } from './rules/externalCommit.ts'
import { commitEnvelope, policiesOf } from './rules/context.ts'
import { arrivalRule, departureRule, membershipRule, successionRule, uniquenessRule } from './rules/leaves.ts'
import { changeRule, leaverRule, ownerRule } from './rules/policyChange.ts'
import { proposalKindRule } from './rules/proposalKind.ts'
import { type TreeChange, treeChange } from './treeChange.ts'
import type { AccountLookup, CommitToJudge } from './view.ts'

/** A leaf that came or went, for the timeline. */
export interface DeviceChange {
  readonly kind: 'device_added' | 'device_removed'
  readonly account: Uint8Array
  readonly device: Uint8Array
}

export type Authorization =
  | {
      readonly kind: 'allowed'
      readonly before: Policy
      readonly after: Policy
      /** Account of the committer. */
      readonly actor: Uint8Array
      readonly changes: readonly (PolicyChange | DeviceChange)[]
    }
  | { readonly kind: 'refused'; readonly rule: Rule }

/**
 * Whether a commit is allowed (C0 to C8): one pure function, run by who makes it, by the server, and by
 * everyone who receives it, on every path. Roles are those of the old epoch's context and nothing else; what is
 * judged is the result, the difference between the trees and between the policies. Whatever is not understood is
 * refused.
 *
 * A refusal may come of a chain that is known too little of: fetch the chains of the accounts concerned to their
 * newest heads, and judge once more, before it is believed.
 *
 * @param lookup verified chains at their newest known heads
 * @param nowS time of the log entry; for a commit of one's own that is not in the log yet, the clock
 */
export const authorize = async (
  view: CommitToJudge,
  lookup: AccountLookup,
  provider: Pick<Signatures, 'verify'>,
  nowS: number,
): Promise<Authorization> => {
  const court: Court = { provider, lookup, nowS }
  const policies = policiesOf(view)
  if (typeof policies === 'string') return refused(policies)
  const envelope = commitEnvelope(view.authenticatedData, policies.before.room)
  if (!envelope) return refused('C0e')
  const form = proposalKindRule(view) ?? sizeRule(view)
  if (form) return refused(form)
  const change = treeChange(view)
  if (!change) return refused('C0f')
  switch (view.committer.kind) {
    case 'external':
      return judgeExternal(court, view, policies, envelope, change)
    case 'member':
      return judgeMember(court, view, policies, envelope, change)
  }
}

interface Policies {
  readonly before: Policy
  readonly after: Policy
}

const refused = (rule: Rule): Authorization => ({ kind: 'refused', rule })

const sizeRule = ({ proposals, after }: CommitToJudge): Rule | undefined => {
  const adds = proposals.filter(({ proposal }) => proposal.kind === 'add').length
  const fits =
    adds <= limits.addsPerCommitMax &&
    proposals.length <= limits.proposalsPendingMax &&
    memberCount(after.tree) <= limits.leavesPerRoomMax
  return fits ? undefined : 'C1c'
}

const judgeMember = async (
  court: Court,
  view: CommitToJudge,
  policies: Policies,
  envelope: Envelope,
  change: TreeChange,
): Promise<Authorization> => {
  if (envelope.extension !== null) return refused('C0e')
  const { before, after } = policies
  const { leafIndex } = view.committer
  const fate = change.successions.some((one) => one.leafIndex === leafIndex) ? 'renewed' : 'kept'
  const committer = await memberAt(court, view.before, before, leafIndex, fate)
  if (committer === 'leaf') return refused('C1a')
  if (committer === 'account') return refused('C1b')
  const proposers = await proposersOf(court, view, before, committer)
  if (typeof proposers === 'string') return refused(proposers)

  const broken = await leavesRule(court, view, policies, change, proposers)
  if (broken) return refused(broken)

  const removals = change.departures.map(({ leaf, proposed }): Removal => {
    const by = proposers.get(proposed)
    return { leaf, by: by?.kind === 'member' ? by.identity.account : undefined }
  })
  const leaving = leavers(removals, view.after.tree)
  const changes = policyDifference(before, after, leaving)
  const changer = { account: committer.identity.account, role: committer.role }
  for (const one of changes) {
    const rule = changeRule(before, one, changer)
    if (rule) return refused(rule)
  }
  const rest =
    leaverRule(after, leaving) ??
    membershipRule(view.after.tree, after) ??
    ownerRule(court, { tree: view.before.tree, policy: before }, { tree: view.after.tree, policy: after })
  if (rest) return refused(rest)
  return {
    kind: 'allowed',
    before,
    after,
    actor: committer.identity.account,
    changes: [...changes, ...deviceChanges(change)],
  }
}

type Proposers = ReadonlyMap<CommitToJudge['proposals'][number], Actor>

/** Each proposal with who made it; the rule where one was made by nobody who may (C8a). */
const proposersOf = async (
  court: Court,
  view: CommitToJudge,
  before: Policy,
  committer: Actor,
): Promise<Proposers | Rule> => {
  const proposers = new Map<CommitToJudge['proposals'][number], Actor>()
  for (const proposed of view.proposals) {
    const proposer =
      proposed.by === 'value' ? committer : await proposerOf(court, view.before, before, proposed)
    if (typeof proposer === 'string') return 'C8a'
    proposers.set(proposed, proposer)
  }
  return proposers
}

/** C2, C3, C4 and what a tree must keep. */
const leavesRule = async (
  court: Court,
  { committer, after: { tree } }: CommitToJudge,
  { before, after }: Policies,
  { arrivals, departures, successions }: TreeChange,
  proposers: Proposers,
): Promise<Rule | undefined> => {
  for (const { leafIndex, leaf, proposed } of departures) {
    if (leafIndex === committer.leafIndex) return 'C3c'
    const proposer = proposers.get(proposed)
    if (!proposer) return 'C8a'
    const rule = departureRule(court, before, leaf, proposer)
    if (rule) return rule
  }
  for (const arrival of arrivals) {
    const proposer = arrival.offer && proposers.get(arrival.offer.proposed)
    if (!proposer) return 'C8a'
    const rule = await arrivalRule(court, before, after, arrival, proposer)
    if (rule) return rule
  }
  for (const succession of successions) {
    const rule = await successionRule(court, succession)
    if (rule) return rule
  }
  return uniquenessRule(
    tree,
    [...arrivals, ...successions].map(({ leaf }) => leaf),
  )
}

const judgeExternal = async (
  court: Court,
  view: CommitToJudge,
  { before, after }: Policies,
  envelope: Envelope,
  change: TreeChange,
): Promise<Authorization> => {
  const verdict = await externalCommitRule(court, view, before, envelope, change)
  if (verdict.kind === 'refused') return verdict
  const rest =
    uniquenessRule(
      view.after.tree,
      change.arrivals.map(({ leaf }) => leaf),
    ) ?? membershipRule(view.after.tree, after)
  if (rest) return refused(rest)
  return {
    kind: 'allowed',
    before,
    after,
    actor: verdict.value.account,
    changes: deviceChanges(change),
  }
}

/** A device that came back in the place of its own leaf went and came. */
const deviceChanges = ({ arrivals, departures }: TreeChange): readonly DeviceChange[] => {
  const came = arrivals.flatMap(({ leaf }) => identityOf(leaf) ?? [])
  const went = departures.flatMap(({ leaf }) => identityOf(leaf) ?? [])
  return [
    ...went.map(({ account, device }) => ({ kind: 'device_removed', account, device }) as const),
    ...came.map(({ account, device }) => ({ kind: 'device_added', account, device }) as const),
  ]
}
