import { commit, type Engine, type Group, type LeafChange } from '@sotto/mls'
import { entryKinds } from '@sotto/protocol'
import { type Policy, withMeta } from '@sotto/trust'
import { hashOfMeta, sealMeta } from '../content/meta.ts'
import { archiveKeyOf } from './archiveKey.ts'
import { type Asked, attempt } from './attempt.ts'
import { type Changes, changesOf } from './changes.ts'
import type { PendingProposal } from './leavers.ts'
import { metaAfter } from './metaChange.ts'
import { isUntimely, renewedLeaf } from './ownLeaf.ts'
import { fewerOf, permitted, proposalsFor } from './proposals.ts'
import { isIdle, type Purpose } from './purpose.ts'
import { envelopeFor, epochOf } from './send.ts'
import type { Meta, RoomState } from './state.ts'
import type { Tools } from './tools.ts'

/** What a commit is for, and when. */
export interface Wanted {
  readonly tools: Tools
  readonly room: RoomState
  readonly purpose: Purpose
  readonly timeS: number
  readonly asked: Asked
}

/** What it is made of. */
export interface Draft {
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

/** What a commit that is wanted is made of. */
export const draftOf = async (wanted: Wanted, group: Group, policy: Policy): Promise<Draft> => {
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
export const tryEach = async (wanted: Wanted, draft: Draft) => {
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

/** A commit that was made, before it is stored. */
export type Made = NonNullable<Extract<Awaited<ReturnType<typeof tryWith>>, { kind: 'done' }>['value']>
