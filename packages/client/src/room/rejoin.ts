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
import { encodeCommitAttachment, entryKinds, equalBytes, hashBytes } from '@sotto/protocol'
import { authorizeEntry, buildJoinProof, identityOf, leafCapabilities } from '@sotto/trust'
import { makeLeaf } from '../account/leafMaking.ts'
import { type Asked, attempt, type Attempt } from './attempt.ts'
import { askOthers, freezeExhausted, isRoomOf, mayRejoin } from './repair.ts'
import { counted, envelopeFor } from './send.ts'
import { type Pending, publicOf, type RoomState } from './state.ts'
import { type Step, stepped } from './step.ts'
import type { Tools } from './tools.ts'

/** What the server hands out to those who come in from outside. */
export interface JoinInfo {
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
 * A door that cannot be used makes this device ask the others (REC-3). One that leads to a later epoch than this
 * device has read to changes nothing: there is more of the log to be read.
 */
export const stageRejoin = async (
  tools: Tools,
  room: RoomState,
  info: JoinInfo,
  timeMs: number,
  asked: Asked,
): Promise<Step> => {
  if (room.phase.kind !== 'repairing' || room.pending) return stepped(room)
  if (!mayRejoin(room, timeMs)) return stepped(freezeExhausted(room))
  const known = publicOf(room)
  const context = contextOf(info.groupInfo)
  if (!context || !equalBytes(context.groupId, room.id)) return stepped(askOthers(tools, room))
  if (known && context.epoch > known.context.epoch) return stepped(room)
  if (Number(context.epoch) < room.place.epoch) return stepped(askOthers(tools, room))

  const tried = await comeIn(tools, room, known, info, Math.floor(timeMs / 1000), asked)
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
  { groupInfo, tree: given }: JoinInfo,
  timeS: number,
  asked: Asked,
): Promise<Attempt<ComingIn>> =>
  attempt(tools, timeS, asked, async (engine): Promise<ComingIn> => {
    const { provider, signer, device, account } = tools
    const own = tools.find(account)?.state
    const tree = known ? encodeTree(known.tree) : given
    if (!own || !tree || !(known ?? room.lastPolicy)) return { kind: 'unfit', rule: 'JOIN-1' }
    const group = known ?? (await openPublicGroup(engine, { groupInfo, tree }))
    const { signer: vouching } = await checkGroupInfo(engine, group, groupInfo)
    const lookup = (wanted: Uint8Array) => tools.find(wanted)?.state
    const view = { group, signer: vouching, isFollowed: known !== null }
    const admission = await authorizeEntry(view, account, lookup, provider, timeS)
    if (admission.kind === 'refused') return { kind: 'unfit', rule: admission.rule }
    if (!known && !isRoomOf(room.lastPolicy, admission)) return { kind: 'unfit', rule: 'JOIN-3' }

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
