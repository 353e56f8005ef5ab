import { commit, type Engine, type Group, type LeafChange } from '@sotto/mls'
import { encodeCommitAttachment, entryKinds, limits } from '@sotto/protocol'
import { type Policy, policyOf, withMeta } from '@sotto/trust'
import { hashOfMeta, sealMeta } from '../content/meta.ts'
import { archiveKeyOf } from './archiveKey.ts'
import { type Allowed, type Asked, attempt } from './attempt.ts'
import { type Changes, changesOf } from './changes.ts'
import { outdated, unclaimed } from './claim.ts'
import { eventsOf } from './events.ts'
import { failIntent, settledBefore, settleIntent } from './intents.ts'
import type { PendingProposal } from './leavers.ts'
import { metaAfter } from './metaChange.ts'
import { isUntimely, renewedLeaf } from './ownLeaf.ts'
import { fewerOf, permitted, proposalsFor } from './proposals.ts'
import { firstHalf, intentsOf, isIdle, type Purpose } from './purpose.ts'
import { counted, envelopeFor, epochOf } from './send.ts'
import type { Meta, Pending, RoomState } from './state.ts'
import { type Step, stepped } from './step.ts'
import type { Tools } from './tools.ts'

/** What a commit is for, and when. */
interface Wanted {
  readonly tools: Tools
  readonly room: RoomState
  readonly purpose: Purpose
  readonly timeS: number
  readonly asked: Asked
}

/** What it is made of. */
interface Draft {
  readonly group: Group
  readonly policy: Policy
  readonly changes: Changes
  /** The metadata that take the place of the room's; null where they stay. */
  readonly meta: Meta | null
  readonly leaf: LeafChange | undefined
  /** Proposals of others. */
  readonly allowed: readonly PendingProposal[]
  readonly messageId: Uint8Array
}

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

  const wanted: Wanted = { tools, room, purpose, timeS, asked }
  const draft = await draftOf(wanted, group, policy.value)
  const tried = await tryEach(wanted, draft)
  switch (tried.kind) {
    case 'needs':
      return tried
    case 'refused':
      // One of whom nobody may bring in must not keep the others out: each half is tried by itself.
      return fewerAtOnce(wanted) ?? refusedBy(wanted, tried.rule)
    case 'done':
      return tried.value && tried.authorization
        ? stage(wanted, draft, tried.value, tried.authorization)
        : stepped(room)
  }
}

const draftOf = async (wanted: Wanted, group: Group, policy: Policy): Promise<Draft> => {
  const { tools, room, purpose, timeS } = wanted
  // Who is dead, the log's own time says: a clock that is wrong must not take anybody out.
  const unchanged = changesOf(tools, group.public, policy, purpose, Math.floor(room.place.timeMs / 1000))
  const meta = metaAfter(tools, room, policy, purpose)
  const changes = meta ? { ...unchanged, policy: withMeta(unchanged.policy, hashOfMeta(meta)) } : unchanged
  const isRenewed = changes.renewed || isUntimely(group, timeS)
  const leaf = isRenewed ? await renewedLeaf(tools, timeS) : undefined
  const messageId = tools.provider.random(16)
  const allowed = await permitted(tools, group, policy, timeS)
  return { group, policy, changes, meta, leaf, messageId, allowed }
}

/** Proposals that nobody can commit together must hold up neither an intent nor each other. */
const tryEach = async (wanted: Wanted, draft: Draft) => {
  let tried = await tryWith(wanted, draft, draft.allowed)
  for (const fewer of tried.kind === 'refused' ? fewerOf(wanted.purpose, draft.allowed) : []) {
    if (tried.kind !== 'refused') break
    tried = await tryWith(wanted, draft, fewer)
  }
  return tried
}

const tryWith = (
  { tools, room, purpose, timeS, asked }: Wanted,
  draft: Draft,
  references: Draft['allowed'],
) =>
  attempt(tools, timeS, asked, async (engine) => {
    const { group, policy, changes, leaf, messageId } = draft
    // What somebody else has proposed already need not be proposed again.
    const proposals = proposalsFor(group, policy, changes, references)
    if (proposals.length === 0 && references.length === 0 && isIdle(purpose)) return undefined
    const made = await commit(engine, group, {
      proposals,
      ...(leaf ? { leaf } : {}),
      references: references.map(({ ref }) => ref),
      forcePath: true,
      authenticatedData: envelopeFor(room, entryKinds.commit, messageId),
    })
    const sealed =
      made.welcome || draft.meta ? await sealedFor(engine, tools, made.staged, room, draft.meta) : null
    return { ...made, attachment: { groupInfo: made.groupInfo, welcome: made.welcome ?? null, meta: sealed } }
  })

/** The room's metadata for those who are in the next epoch. */
const sealedFor = (engine: Engine, tools: Tools, next: Group, room: RoomState, changed: Meta | null) =>
  sealMeta(tools.provider, archiveKeyOf(engine, next, room.id), room.id, epochOf(next), changed ?? room.meta)

type Made = NonNullable<Extract<Awaited<ReturnType<typeof tryWith>>, { kind: 'done' }>['value']>

const stage = async (
  wanted: Wanted,
  draft: Draft,
  { message, group: current, staged, attachment }: Made,
  authorization: Allowed,
): Promise<Step> => {
  const { tools, room, purpose } = wanted
  const intents = intentsOf(purpose)
  // The server would not take it: fewer at once, or nobody.
  if (message.length > limits.commitBytesMax) {
    const [intent] = intents
    return fewerAtOnce(wanted) ?? (intent ? failIntent(room, intent.id, 'too_large') : stepped(room))
  }
  const pending: Pending = {
    kind: 'commit',
    counter: room.place.sendCounter + 1,
    message,
    messageHash: tools.provider.hash('SHA-256', message),
    attachment: encodeCommitAttachment(attachment),
    epoch: epochOf(draft.group),
    intents: intents.map(({ id }) => id),
    events: eventsOf(authorization, room),
    meta: draft.meta,
    staged,
  }
  return stepped({ ...room, group: current, pending, place: counted(room.place) })
}

/** The first half of those who are invited together; undefined where there is nothing to halve. */
const fewerAtOnce = ({ tools, room, purpose, timeS, asked }: Wanted): Promise<Step> | undefined =>
  purpose.kind === 'invitations' && purpose.intents.length > 1
    ? stageCommit(tools, room, firstHalf(purpose), timeS, asked)
    : undefined

const refusedBy = ({ room, purpose }: Wanted, rule: string): Step => {
  const [intent] = intentsOf(purpose)
  return intent ? failIntent(room, intent.id, 'policy', { rule }) : stepped(room)
}
