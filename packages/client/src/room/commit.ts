import {
  commit,
  decode,
  decodeKeyPackage,
  type Group,
  leafAt,
  type LeafChange,
  type LeafIndex,
  type LeafNode,
  leaves,
  type Proposal,
  propose,
  type PublicGroup,
} from '@sotto/mls'
import {
  declinedExtension,
  encodeCommitAttachment,
  entryKinds,
  equalBytes,
  type FailureCode,
  type FailureDetail,
  limits,
  SottoError,
  toHex,
} from '@sotto/protocol'
import {
  type AccountLookup,
  type DeadLeaf,
  deadLeaves,
  extensionsWithPolicy,
  hookOf,
  identityOf,
  leafLifetimeMaxS,
  mayPropose,
  type Policy,
  policyOf,
  roleOf,
  withHook,
  withMember,
  withMeta,
  withoutHook,
  withoutMember,
  withRole,
} from '@sotto/trust'
import { makeLeaf } from '../account/keyPackages.ts'
import { hashOfMeta, sealMeta } from '../content/meta.ts'
import { isOpenRoom } from '../content/openness.ts'
import { archiveKeyOf } from './archiveKey.ts'
import { type Asked, attempt } from './attempt.ts'
import { outdated, unclaimed } from './claim.ts'
import { eventsOf } from './events.ts'
import { withHookOf } from './hooksAfter.ts'
import { isTurnedAway, metaAfter } from './metaChange.ts'
import { accountsIn, freePlaces } from './places.ts'
import { leaversOf, type PendingProposal } from './leavers.ts'
import { moved } from './move.ts'
import { firstHalf, intentsOf, isIdle, type Purpose } from './purpose.ts'
import { counted, envelopeFor, epochOf } from './send.ts'
import { type Intent, type Pending, type RoomState } from './state.ts'
import { type Step, type Stepped, stepped } from './step.ts'
import type { Tools } from './tools.ts'

const leavesOf = ({ tree }: PublicGroup, isMeant: (leaf: LeafNode) => boolean): readonly LeafIndex[] =>
  [...leaves(tree)].flatMap(([index, leaf]) => (isMeant(leaf) ? [index] : []))

const isOfAccount = (leaf: LeafNode, account: Uint8Array): boolean => {
  const identity = identityOf(leaf)
  return identity !== undefined && equalBytes(identity.account, account)
}

/** Why an intent has nothing to do any more, or cannot be done at all. */
const settledBefore = (
  room: RoomState,
  group: PublicGroup,
  policy: Policy,
  intent: Intent,
): FailureCode | 'done' | null => {
  switch (intent.kind) {
    case 'invite':
      if (accountsIn(group).has(toHex(intent.account))) return 'already_member'
      if (isTurnedAway(room, intent)) return 'forbidden'
      return freePlaces(group, policy) < intent.keyPackages.length ? 'room_full' : null
    case 'remove':
      return roleOf(policy, intent.account) === undefined ? 'done' : null
    case 'role':
      if (roleOf(policy, intent.account) === undefined) return 'not_member'
      return roleOf(policy, intent.account) === intent.role ? 'done' : null
    case 'readd':
      return leavesOf(group, ({ signatureKey }) => equalBytes(signatureKey, intent.leafKey)).length > 0
        ? null
        : 'done'
    case 'add_hook':
      return hookOf(policy, intent.hook.hook) ? 'done' : null
    case 'remove_hook':
      return hookOf(policy, intent.hook) ? null : 'done'
    case 'openness':
      return isOpenRoom(room.meta) === intent.isOpen ? 'done' : null
    case 'refresh':
      return null
  }
}

const settleIntent = (room: RoomState, intent: Intent, outcome: FailureCode | 'done'): Stepped =>
  outcome === 'done'
    ? stepped(
        {
          ...room,
          intents: room.intents.filter(({ id }) => id !== intent.id),
          hooks: withHookOf(room.hooks, intent),
        },
        { told: [{ kind: 'intent', intent: intent.id, result: { kind: 'done' } }] },
      )
    : failIntent(room, intent.id, outcome)

/** What a purpose changes by itself, and the policy that it leads to. */
interface Plan {
  readonly proposals: readonly Proposal[]
  readonly policy: Policy
  /** The own leaf gets a new credential too. */
  readonly renewed: boolean
}

const removals = (removed: readonly LeafIndex[]): readonly Proposal[] =>
  removed.map((index) => ({ kind: 'remove', removed: index }))

const additions = (keyPackages: readonly Uint8Array[]): readonly Proposal[] =>
  keyPackages.map((bytes) => ({ kind: 'add', keyPackage: decode(decodeKeyPackage, bytes) }))

const planOf = (tools: Tools, group: PublicGroup, policy: Policy, purpose: Purpose, logS: number): Plan => {
  const none: Plan = { proposals: [], policy, renewed: false }
  switch (purpose.kind) {
    case 'proposals':
    case 'fill':
      return none
    case 'invitations':
      return {
        ...none,
        policy: purpose.intents.reduce((to, { account }) => withMember(to, account), policy),
        proposals: additions(purpose.intents.flatMap(({ keyPackages }) => keyPackages)),
      }
    case 'dead': {
      const lookup = (account: Uint8Array) => tools.find(account)?.state
      return {
        ...none,
        proposals: removals(
          deadLeavesOfOthers(tools, group, policy, lookup, logS).map(({ leafIndex }) => leafIndex),
        ),
      }
    }
    case 'intent':
  }
  const { intent } = purpose
  switch (intent.kind) {
    case 'refresh':
      return { ...none, renewed: true }
    case 'openness':
      return none
    case 'invite':
      return {
        ...none,
        policy: withMember(policy, intent.account),
        proposals: additions(intent.keyPackages),
      }
    case 'remove':
      return {
        ...none,
        policy: withoutMember(policy, intent.account),
        proposals: removals(leavesOf(group, (leaf) => isOfAccount(leaf, intent.account))),
      }
    case 'role':
      return { ...none, policy: withRole(policy, intent.account, intent.role) }
    case 'add_hook':
      return { ...none, policy: withHook(policy, intent.hook) }
    case 'remove_hook':
      return { ...none, policy: withoutHook(policy, intent.hook) }
    case 'readd':
      return {
        ...none,
        proposals: [
          ...removals(leavesOf(group, ({ signatureKey }) => equalBytes(signatureKey, intent.leafKey))),
          ...additions(intent.keyPackage ? [intent.keyPackage] : []),
        ],
      }
  }
}

/** Leaves that anyone may take out and that are not one's own. */
export const deadLeavesOfOthers = (
  { device }: Tools,
  group: PublicGroup,
  policy: Policy,
  lookup: AccountLookup,
  timeS: number,
): readonly DeadLeaf[] =>
  deadLeaves(group, policy, lookup, timeS)
    .filter(({ leafIndex }) => {
      const leaf = leafAt(group.tree, leafIndex)
      const identity = leaf && identityOf(leaf)
      return identity !== undefined && !equalBytes(identity.device, device)
    })
    .slice(0, removalsAtOnce)

const removalsAtOnce = 64

/** Stores a commit as pending, or tells that its intent can not be fulfilled. */
export const stageCommit = async (
  tools: Tools,
  room: RoomState,
  purpose: Purpose,
  timeS: number,
  asked: Asked,
): Promise<Step> => {
  const { group } = room
  const policy = group && policyOf(group.public.context)
  if (!group || policy?.kind !== 'ok') return stepped(room)
  const intents = intentsOf(purpose)
  for (const intent of intents) {
    const settled = settledBefore(room, group.public, policy.value, intent)
    if (settled) return settleIntent(room, intent, settled)
  }
  const stale = outdated(intents, (account) => tools.find(account)?.state)
  if (stale.length > 0) return stepped(unclaimed(room, stale))

  // Who is dead, the log's own time says: a clock that is wrong must not take anybody out.
  const unchanged = planOf(tools, group.public, policy.value, purpose, Math.floor(room.place.timeMs / 1000))
  const changed = metaAfter(tools, room, policy.value, purpose)
  const planned = changed
    ? { ...unchanged, policy: withMeta(unchanged.policy, hashOfMeta(changed)) }
    : unchanged
  const isRenewed = planned.renewed || isUntimely(group, timeS)
  const leaf = isRenewed ? await renewedLeaf(tools, timeS) : undefined
  const messageId = tools.provider.random(16)
  const allowed = await permitted(tools, group, policy.value, timeS)
  const commitOf = (references: readonly PendingProposal[]) =>
    attempt(tools, timeS, asked, async (engine) => {
      // What somebody else has proposed already need not be proposed again.
      const proposals = proposalsFor(group, policy.value, planned, references)
      if (proposals.length === 0 && references.length === 0 && isIdle(purpose)) return undefined
      const made = await commit(engine, group, {
        proposals,
        ...(leaf ? { leaf } : {}),
        references: references.map(({ ref }) => ref),
        forcePath: true,
        authenticatedData: envelopeFor(room, entryKinds.commit, messageId),
      })
      const epoch = epochOf(made.staged)
      const archiveKey = archiveKeyOf(engine, made.staged, room.id)
      const meta =
        made.welcome || changed
          ? await sealMeta(tools.provider, archiveKey, room.id, epoch, changed ?? room.meta)
          : null
      return { ...made, attachment: { groupInfo: made.groupInfo, welcome: made.welcome ?? null, meta } }
    })
  let tried = await commitOf(allowed)
  // Proposals that nobody can commit together must hold up neither an intent nor each other.
  for (const fewer of tried.kind === 'refused' ? fewerOf(purpose, allowed) : []) {
    if (tried.kind !== 'refused') break
    tried = await commitOf(fewer)
  }
  switch (tried.kind) {
    case 'needs':
      return tried
    case 'refused': {
      // One of whom nobody may bring in must not keep the others out: each half is tried by itself.
      if (purpose.kind === 'invitations' && intents.length > 1)
        return stageCommit(tools, room, firstHalf(purpose), timeS, asked)
      const [intent] = intents
      return intent ? failIntent(room, intent.id, 'policy', { rule: tried.rule }) : stepped(room)
    }
    case 'done': {
      if (!tried.value || !tried.authorization) return stepped(room)
      if (tried.value.message.length > limits.commitBytesMax)
        return tooLarge(tools, room, purpose, timeS, asked)
      const { message, group: current, staged, attachment } = tried.value
      const pending: Pending = {
        kind: 'commit',
        counter: room.place.sendCounter + 1,
        message,
        messageHash: tools.provider.hash('SHA-256', message),
        attachment: encodeCommitAttachment(attachment),
        epoch: epochOf(group),
        intents: intents.map(({ id }) => id),
        events: eventsOf(tried.authorization, room),
        meta: changed,
        staged,
      }
      return stepped({ ...room, group: current, pending, place: counted(room.place) })
    }
  }
}

/** The server would not take it: fewer at once, or nobody. */
const tooLarge = (
  tools: Tools,
  room: RoomState,
  purpose: Purpose,
  timeS: number,
  asked: Asked,
): Promise<Step> | Step => {
  if (purpose.kind === 'invitations' && purpose.intents.length > 1)
    return stageCommit(tools, room, firstHalf(purpose), timeS, asked)
  const [intent] = intentsOf(purpose)
  return intent ? failIntent(room, intent.id, 'too_large') : stepped(room)
}

/** What is tried when all that is allowed one by one is refused together. */
const fewerOf = (
  purpose: Purpose,
  allowed: readonly PendingProposal[],
): readonly (readonly PendingProposal[])[] => {
  if (allowed.length === 0) return []
  switch (purpose.kind) {
    case 'intent':
    case 'invitations':
    case 'dead':
    case 'fill':
      return [[]]
    case 'proposals':
      return allowed.map((one) => [one])
  }
}

/**
 * The proposals of others that the rules allow: what is left out here would make the whole commit refused (C8). Of
 * several that take out one leaf the first is enough, and none may leave the room without an owner.
 */
const permitted = async (
  tools: Tools,
  group: Group,
  policy: Policy,
  timeS: number,
): Promise<readonly PendingProposal[]> => {
  const lookup = (account: Uint8Array) => tools.find(account)?.state
  const allowed: PendingProposal[] = []
  const removed = new Set<number>()
  for (const pending of group.public.proposals) {
    if (pending.proposal.kind !== 'remove' || isOwnRemoval(group, pending)) continue
    const { proposal, sender } = pending
    if (removed.has(proposal.removed)) continue
    const verdict = await mayPropose(
      { before: group.public, proposal, sender },
      lookup,
      tools.provider,
      timeS,
    )
    if (verdict.kind !== 'allowed' || !isPolicyWithout(group, policy, [...allowed, pending])) continue
    removed.add(proposal.removed)
    allowed.push(pending)
  }
  return allowed
}

/** Whether the room still has a policy, an owner in it, when those who ask to leave have left. */
const isPolicyWithout = (group: Group, policy: Policy, references: readonly PendingProposal[]): boolean => {
  try {
    extensionsWithPolicy(group.public.context, leaversOf(group, references).reduce(withoutMember, policy))
    return true
  } catch (error) {
    if (error instanceof SottoError) return false
    throw error
  }
}

/** Nobody can commit the removal of the own leaf: that is for another member (RFC 9420 §12.2). */
const isOwnRemoval = (group: Group, { proposal }: PendingProposal): boolean =>
  proposal.kind === 'remove' && proposal.removed === group.ownLeaf

/** Whether somebody waits for a commit by another member. */
export const hasProposalsOfOthers = (group: Group): boolean =>
  group.public.proposals.some(
    (pending) => pending.proposal.kind === 'remove' && !isOwnRemoval(group, pending),
  )

/** @returns by value, after those of others: who is removed by one of these is not removed twice */
const proposalsFor = (
  group: Group,
  policy: Policy,
  planned: Plan,
  references: readonly PendingProposal[],
): readonly Proposal[] => {
  const removed = new Set(
    references.flatMap(({ proposal }) => (proposal.kind === 'remove' ? [proposal.removed] : [])),
  )
  const proposals = planned.proposals.filter(
    (proposal) => proposal.kind !== 'remove' || !removed.has(proposal.removed),
  )
  const next = leaversOf(group, references).reduce(withoutMember, planned.policy)
  return next === policy
    ? proposals
    : [
        ...proposals,
        { kind: 'group_context_extensions', extensions: extensionsWithPolicy(group.public.context, next) },
      ]
}

/** Whether the own leaf is past its end, or will be before what it commits is in the log, or was dated by a wrong clock. */
const isUntimely = ({ public: { tree }, ownLeaf }: Group, timeS: number): boolean => {
  const leaf = leafAt(tree, ownLeaf)
  const identity = leaf && identityOf(leaf)
  if (!identity) return false
  const leftS = identity.notAfterS - timeS
  return leftS < dayS || leftS > leafLifetimeMaxS
}

const dayS = 86_400

/** A new leaf key and credential, valid for as long as one may be. */
const renewedLeaf = async (
  { provider, signer, device, account, find }: Tools,
  timeS: number,
): Promise<LeafChange | undefined> => {
  const own = find(account)?.state
  return own && makeLeaf({ provider, signer, device, account: own }, timeS)
}

/** Asks the others to take this device's leaf out. */
export const stageLeave = async (
  tools: Tools,
  room: RoomState,
  timeS: number,
  asked: Asked,
): Promise<Step> => {
  const { group } = room
  if (!group) return stepped(room)
  const messageId = tools.provider.random(16)
  const extension = room.phase.kind === 'parting' && room.phase.isDeclined ? declinedExtension : null
  const tried = await attempt(tools, timeS, asked, (engine) =>
    propose(
      engine,
      group,
      { kind: 'remove', removed: group.ownLeaf },
      { authenticatedData: envelopeFor(room, entryKinds.proposal, messageId, extension) },
    ),
  )
  if (tried.kind === 'needs') return tried
  if (tried.kind === 'refused') {
    const { rule } = tried
    return { ...stayAfterAll(room), told: [{ kind: 'leave_refused', rule }] }
  }
  const { message, consumed } = tried.value
  const pending: Pending = {
    kind: 'proposal',
    counter: room.place.sendCounter + 1,
    message,
    messageHash: tools.provider.hash('SHA-256', message),
    attachment: null,
    epoch: epochOf(group),
    intents: [],
    events: [],
    meta: null,
    staged: null,
  }
  return stepped({ ...room, pending, place: counted(room.place) }, { consumed })
}

/** Leaving is not allowed: the room is as it was. */
export const stayAfterAll = (room: RoomState): Stepped => stepped(moved(room, { kind: 'leave_refused' }))

/** Whether this device's wish to leave stands in the log of this epoch. */
export const hasAskedToLeave = (group: Group): boolean =>
  group.public.proposals.some(
    (pending) =>
      isOwnRemoval(group, pending) &&
      pending.sender.kind === 'member' &&
      pending.sender.leafIndex === group.ownLeaf,
  )

export const failIntent = (
  room: RoomState,
  intent: string,
  code: FailureCode,
  detail: FailureDetail = {},
): Stepped => failIntents(room, [intent], code, detail)

const failIntents = (
  room: RoomState,
  intents: readonly string[],
  code: FailureCode,
  detail: FailureDetail,
): Stepped =>
  stepped(
    { ...room, intents: room.intents.filter(({ id }) => !intents.includes(id)) },
    {
      told: intents.map((intent) => ({ kind: 'intent', intent, result: { kind: 'failed', code, detail } })),
    },
  )

/** The server has refused what was pending, for good: its intents end with it. */
export const dropPending = (room: RoomState, code: FailureCode, detail: FailureDetail): Stepped =>
  failIntents({ ...room, pending: null }, room.pending?.intents ?? [], code, detail)

/** What was pending can never be accepted as it is; its intents stay and are applied anew. */
export const renewPending = (room: RoomState): Stepped => stepped({ ...room, pending: null })
