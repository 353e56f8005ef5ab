import {
  checkGroupInfo,
  decode,
  decodeMessage,
  type GroupContext,
  encodeTree,
  type JoinedExternally,
  joinExternally,
  leaves,
  openPublicGroup,
  type PublicGroup,
} from '@sotto/mls'
import {
  encodeCommitAttachment,
  entryKinds,
  equalBytes,
  type FailureCode,
  hashBytes,
  limits,
} from '@sotto/protocol'
import {
  type Admission,
  authorizeEntry,
  buildJoinProof,
  identityOf,
  leafCapabilities,
  type Policy,
  roleOf,
  roles,
} from '@sotto/trust'
import { makeLeaf } from '../account/keyPackages.ts'
import { type Asked, attempt, type Attempt } from './attempt.ts'
import { moved } from './move.ts'
import { dayMs } from './plan.ts'
import { counted, envelopeFor } from './send.ts'
import { type InvitedAt, type Pending, publicOf, rejoinRule, type RoomState } from './state.ts'
import { type Step, stepped } from './step.ts'
import type { Tools } from './tools.ts'

/**
 * Recovery of the own place in a room (protocol §9.2, §9.3). A device that was set back to an earlier state, whose
 * state is damaged, or that cannot process a commit which the rules allow, sends nothing more with the keys it has. It
 * follows the log to its end and there comes in from outside, as a new leaf in the place of its old one.
 */
export const enterRepair = (room: RoomState, code: FailureCode, rule: string | null = null): RoomState =>
  moved(room, { kind: 'keys_lost', code, rule })

/**
 * The user has accepted an invitation whose keys, or whose Welcome, are not here any more. This device is a member from there
 * on: it reads the log from the entry of the Welcome, and what is said before it is brought in again it has missed. A step
 * is nothing where the invitation is over.
 */
export const acceptWithoutKeys = (room: RoomState, { seq, hash }: InvitedAt): RoomState =>
  room.phase.kind === 'invited'
    ? moved(
        { ...room, place: { ...room.place, cursor: seq, hash, timeMs: room.phase.timeMs, from: seq } },
        { kind: 'accepted_without_keys' },
      )
    : room

/** Whether this device may come in anew once more today. */
export const mayRejoin = ({ place }: RoomState, timeMs: number): boolean =>
  place.rejoinedMs.filter((at) => at > timeMs - dayMs).length < limits.rejoinsPerDay

/** What the server hands out to those who come in from outside. */
export interface Door {
  readonly groupInfo: Uint8Array
  /** Wanted where this device has not followed the group itself. */
  readonly tree: Uint8Array | null
}

/** The tree hash that a GroupInfo names; undefined for bytes that are none. */
export const treeHashOf = (groupInfo: Uint8Array): Uint8Array | undefined => {
  const hash = contextOf(groupInfo)?.treeHash
  return hash?.length === hashBytes ? hash : undefined
}

const contextOf = (groupInfo: Uint8Array): GroupContext | undefined => {
  try {
    const message = decode(decodeMessage, groupInfo)
    return message.kind === 'group_info' ? message.groupInfo.context : undefined
  } catch {
    return undefined
  }
}

/** The place of the own device in the tree, if it has one. */
const ownLeafIn = ({ device }: Tools, { tree }: PublicGroup) => {
  for (const [index, leaf] of leaves(tree)) {
    const identity = identityOf(leaf)
    if (identity && equalBytes(identity.device, device)) return index
  }
  return undefined
}

/**
 * Stores the commit by which this device comes in anew (C7). The epoch is the one that it has followed itself, down to
 * the last byte; where it has followed none, the whole tree is verified as by one who is new.
 *
 * A door that cannot be used makes this device ask the others (§9.3). One that leads to a later epoch than this
 * device has read to changes nothing: there is more of the log to be read.
 */
export const stageRejoin = async (
  tools: Tools,
  room: RoomState,
  door: Door,
  timeMs: number,
  asked: Asked,
): Promise<Step> => {
  if (room.phase.kind !== 'repairing' || room.pending) return stepped(room)
  if (!mayRejoin(room, timeMs)) return stepped(freezeExhausted(room))
  const known = publicOf(room)
  const context = contextOf(door.groupInfo)
  if (!context || !equalBytes(context.groupId, room.id)) return stepped(askOthers(tools, room))
  if (known && context.epoch > known.context.epoch) return stepped(room)
  if (Number(context.epoch) < room.place.epoch) return stepped(askOthers(tools, room))

  const tried = await comeIn(tools, room, known, door, Math.floor(timeMs / 1000), asked)
  if (tried.kind === 'needs') return tried
  if (tried.kind === 'refused' || tried.value.kind === 'unfit') return stepped(askOthers(tools, room))
  const { message, staged, groupInfo } = tried.value.joined
  const pending: Pending = {
    kind: 'commit',
    counter: room.place.sendCounter + 1,
    message,
    messageHash: tools.provider.hash('SHA-256', message),
    attachment: encodeCommitAttachment({ groupInfo, welcome: null, meta: null }),
    epoch: Number(context.epoch),
    intents: [],
    events: [{ kind: 'event', actor: tools.account, event: { kind: 'rejoined' } }],
    meta: null,
    staged,
  }
  return stepped({ ...room, pending, place: counted(room.place) })
}

type ComingIn =
  | { readonly kind: 'ready'; readonly joined: JoinedExternally }
  | { readonly kind: 'unfit'; readonly rule: string }

const comeIn = (
  tools: Tools,
  room: RoomState,
  known: PublicGroup | null,
  { groupInfo, tree: given }: Door,
  timeS: number,
  asked: Asked,
): Promise<Attempt<ComingIn>> =>
  attempt(tools, timeS, asked, async (engine): Promise<ComingIn> => {
    const { provider, signer, device, account } = tools
    const own = tools.find(account)?.state
    const tree = known ? encodeTree(known.tree) : given
    if (!own || !tree || !(known ?? room.charter)) return { kind: 'unfit', rule: 'JOIN-1' }
    const group = known ?? (await openPublicGroup(engine, { groupInfo, tree }))
    const { signer: vouching } = await checkGroupInfo(engine, group, groupInfo)
    const lookup = (wanted: Uint8Array) => tools.find(wanted)?.state
    const view = { group, signer: vouching, isFollowed: known !== null }
    const admission = await authorizeEntry(view, account, lookup, provider, timeS)
    if (admission.kind === 'refused') return { kind: 'unfit', rule: admission.rule }
    if (!known && !isRoomOf(room.charter, admission)) return { kind: 'unfit', rule: 'JOIN-3' }

    const { credential, signatureKeyPair } = await makeLeaf({ provider, signer, device, account: own }, timeS)
    const { groupId, epoch, confirmedTranscriptHash } = group.context
    const leafKey = signatureKeyPair.publicKey
    const proof = await buildJoinProof(signer, { groupId, epoch, confirmedTranscriptHash, leafKey })
    const former = ownLeafIn(tools, group)
    const joined = await joinExternally(engine, {
      groupInfo,
      tree,
      credential,
      signatureKeyPair,
      capabilities: leafCapabilities(),
      authenticatedData: envelopeFor(room, entryKinds.commit, provider.random(16), proof),
      ...(former === undefined ? {} : { remove: former }),
    })
    return { kind: 'ready', joined }
  })

/**
 * Whether a group of which this device has followed nothing is that of its room, as far as the last policy that it knows can
 * tell: who vouches for it and all who own it were members then. Otherwise a server and a stranger could make up a
 * room under the same id, and hold its door open.
 */
export const isRoomOf = (
  charter: Policy | null,
  { policy, inviter }: Extract<Admission, { kind: 'allowed' }>,
): boolean =>
  charter !== null &&
  roleOf(charter, inviter) !== undefined &&
  policy.members.every(({ account, role }) => role !== roles.owner || roleOf(charter, account) !== undefined)

/** This device cannot come in by itself: whoever may bring people in is asked to. */
export const askOthers = ({ provider }: Tools, room: RoomState): RoomState =>
  room.phase.kind === 'repairing' && !room.phase.asked
    ? moved(room, {
        kind: 'help_asked',
        nack: { seq: room.place.cursor, rule: rejoinRule, message: provider.random(16) },
      })
    : room

/** Whether this device waits for a member to bring it in. */
export const isAsking = ({ phase }: RoomState): boolean => phase.kind === 'repairing' && phase.asked

/** What others did to bring this device in has not helped: it looks for a way itself, and asks again. */
export const retryRepair = (room: RoomState): RoomState => moved(room, { kind: 'repair_retried' })

/** It was tried often enough for a day: what is wrong would be wrong again. */
export const freezeExhausted = (room: RoomState): RoomState => moved(room, { kind: 'repair_exhausted' })

/**
 * The server does not know this device as one of the room's any more. Where the device has followed the group, the log
 * must show how it came to that; where it has lost all of it, there is nobody else to ask, and nothing to lose.
 */
export const dropRoom = (room: RoomState): RoomState =>
  publicOf(room) ? room : moved(room, { kind: 'dropped' })

/** The user wants it tried once more. */
export const repairAgain = (room: RoomState): RoomState => moved(room, { kind: 'repair_wanted' })

/** Whether a room that is frozen for this reason may be entered anew by this device itself. */
export const isOwnFault = (code: FailureCode, rule: string | null): boolean =>
  code === 'client_rollback' || code === 'storage_damaged' || (rule?.startsWith('mls:') ?? false)
