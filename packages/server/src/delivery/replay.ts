import { MlsError, type Provider, type PublicGroup } from '@sotto/mls/public'
import {
  decodeLoggedNack,
  decodeLoggedPost,
  entryKinds,
  equalBytes,
  readSealedPost,
  SottoError,
} from '@sotto/protocol'
import { deviceOf, hookOf, type Policy, roles, verifyLabelled } from '@sotto/trust'
import type { ServerLimits } from '../configuration.ts'
import { membershipAt, observeCommit } from './commit.ts'
import { type AccountSource, type Court, makeCourt } from './court.ts'
import { mapKey } from './digest.ts'
import { postIdOf } from './hooks.ts'
import type { Ledger } from './ledger.ts'
import type { Offered } from './offered.ts'
import { observeProposal } from './proposal.ts'
import type { Room } from './rooms.ts'
import type { Append, DeliveryStore, Membership, Moves } from './store.ts'
import { type Incoming, parseSubmission } from './submission.ts'

/** A room at a place in its log. */
export interface Place {
  readonly epoch: number
  readonly policy: Policy
  readonly group: PublicGroup
  /** By device. */
  readonly members: ReadonlyMap<string, Membership>
}

export interface Replayed {
  readonly place: Place
  readonly appends: readonly Append[]
  readonly moves: readonly Moves[]
}

/** Who sent an entry, under which name, and what it has changed. */
interface Judged {
  /** A device, or a hook. */
  readonly sender: Pick<Membership, 'account' | 'device'>
  readonly messageId: Uint8Array
  readonly sendCounter: number | null
  readonly place: Place
  readonly moves: Moves | null
}

export type Replay = (room: Room, place: Place, offered: readonly Offered[]) => Promise<Replayed>

interface Dependencies {
  readonly store: Pick<DeliveryStore, 'message' | 'hook'>
  readonly ledger: Pick<Ledger, 'tagOf' | 'lastCounter'>
  readonly provider: Provider
  readonly accounts: AccountSource
  readonly limits: ServerLimits
}

const refuse = (why: string): never => {
  throw new SottoError('bad_request', why)
}

/** What entries are judged with. */
interface Desk extends Dependencies {
  /** Devices of a place by the tags of its room, made once for each set of members. */
  readonly tagged: WeakMap<Place['members'], ReadonlyMap<string, Membership>>
}

const courtAt = ({ provider, accounts, limits }: Dependencies, { entry }: Offered) =>
  makeCourt(provider, accounts, limits, Math.floor(entry.timeMs / 1000))

const parse = ({ limits }: Dependencies, room: Room, { entry, payload, aux }: Offered): Incoming => {
  const incoming = parseSubmission(room.id, { message: payload, aux }, limits)
  return incoming.entryKind === entry.kind ? incoming : refuse('the message is of another kind')
}

const isOf = (
  { ledger }: Dependencies,
  room: Room,
  { entry }: Offered,
  { device }: Judged['sender'],
): boolean => equalBytes(ledger.tagOf(room.id, device), entry.senderTag)

const named = ({ envelope: { messageId, sendCounter } }: Incoming) => ({ messageId, sendCounter })

const replayCommit = async (
  desk: Desk,
  court: Court,
  room: Room,
  place: Place,
  offered: Offered,
): Promise<Judged> => {
  // The attachment of a commit is not in the log: the parts were handed to whom they were for.
  if (offered.aux || !offered.entry.auxHash) return refuse('a commit has an attachment that is not kept')
  const incoming = parse(desk, room, offered)
  const observed = await observeCommit(court, place.members, place.group, offered.payload)
  const { committer: sender, epoch, policy, group, members, joined, left } = observed
  const moves = { seq: offered.entry.seq, joined, left }
  return { sender, ...named(incoming), place: { epoch, policy, group, members }, moves }
}

const replayProposal = async (
  desk: Desk,
  court: Court,
  room: Room,
  place: Place,
  offered: Offered,
): Promise<Judged> => {
  if (offered.entry.auxHash) return refuse('nothing rides with a proposal')
  const incoming = parse(desk, room, offered)
  const { group } = await observeProposal(court, place.group, offered.payload)
  const leaf = incoming.senderLeaf ?? refuse('a proposal of nobody')
  const sender = membershipAt(place.group.tree, leaf)
  return { sender, ...named(incoming), place: { ...place, group }, moves: null }
}

const byTag = (
  { ledger, tagged }: Desk,
  room: Room,
  members: Place['members'],
): ReadonlyMap<string, Membership> => {
  const known = tagged.get(members)
  if (known) return known
  const tags = new Map(
    [...members.values()].map((member) => [mapKey(ledger.tagOf(room.id, member.device)), member]),
  )
  tagged.set(members, tags)
  return tags
}

/** Who has encrypted it only members can tell; that it was a member, its tag shows. */
const replayMessage = (desk: Desk, room: Room, place: Place, offered: Offered): Judged => {
  if ((offered.entry.auxHash === null) !== (offered.aux === null))
    return refuse('an archive record is missing')
  const incoming = parse(desk, room, offered)
  const sender = byTag(desk, room, place.members).get(mapKey(offered.entry.senderTag))
  return { sender: sender ?? refuse('of no member'), ...named(incoming), place, moves: null }
}

const replayNack = async (
  { provider, accounts }: Desk,
  room: Room,
  place: Place,
  { entry, payload }: Offered,
): Promise<Judged> => {
  if (entry.auxHash) return refuse('nothing rides with a nack')
  const { account, device, seq, rule, messageId, signature } = decodeLoggedNack(payload)
  const sender = place.members.get(mapKey(device))
  if (!sender || !equalBytes(sender.account, account) || seq >= entry.seq) return refuse('of no member')
  const state = await accounts(account)
  const key = state && deviceOf(state, device)?.certificate.signingKey
  const claim = [room.id, seq, rule, messageId]
  if (!key || !(await verifyLabelled(provider, key, 'nack', claim, signature)))
    return refuse('a nack that nobody has signed')
  return { sender, messageId, sendCounter: null, place, moves: null }
}

/** The policy of then has the hook; who brought it may be lost with the rest, and an owner answers for it. */
const replayPost = async ({ store }: Desk, place: Place, { entry, payload }: Offered): Promise<Judged> => {
  if (entry.auxHash) return refuse('nothing rides with a post')
  const { hook, jwe } = decodeLoggedPost(payload)
  if (!hookOf(place.policy, hook) || readSealedPost(jwe).kind === 'refused') return refuse('of no hook')
  const owner = place.policy.members.find(({ role }) => role === roles.owner)
  const account = (await store.hook(hook))?.account ?? owner?.account ?? refuse('of no owner')
  return {
    sender: { account, device: hook },
    messageId: postIdOf(jwe),
    sendCounter: null,
    place,
    moves: null,
  }
}

const judge = async (
  desk: Desk,
  court: Court,
  room: Room,
  place: Place,
  offered: Offered,
): Promise<Judged> => {
  switch (offered.entry.kind) {
    case entryKinds.commit:
      return replayCommit(desk, court, room, place, offered)
    case entryKinds.proposal:
      return replayProposal(desk, court, room, place, offered)
    case entryKinds.app:
      return replayMessage(desk, room, place, offered)
    case entryKinds.nack:
      return replayNack(desk, room, place, offered)
    case entryKinds.hook:
      return replayPost(desk, place, offered)
    case entryKinds.create:
    case entryKinds.tombstone:
    case entryKinds.refound:
      return refuse('an entry that does not stand behind others')
  }
}

const judgeAt = async (desk: Desk, room: Room, place: Place, offered: Offered): Promise<Judged> => {
  if (offered.entry.epoch !== place.epoch) return refuse('an entry of another epoch')
  const court = courtAt(desk, offered)
  try {
    const judged = await judge(desk, court, room, place, offered)
    return isOf(desk, room, offered, judged.sender) ? judged : refuse('the tag of another device')
  } catch (error) {
    throw error instanceof MlsError ? court.failure(error) : error
  }
}

/** Ids and counters of a device are what they would be had the entries come one by one (DEL-1, DEL-4). */
const makeOrder = ({ store, ledger }: Desk, room: Room) => {
  const counters = new Map<string, number>()
  const ids = new Set<string>()
  return async ({ entry }: Offered, { messageId, sendCounter }: Judged): Promise<void> => {
    const sender = mapKey(entry.senderTag)
    const id = sender + mapKey(messageId)
    if (ids.has(id) || (await store.message(entry.senderTag, messageId))) refuse('a message id twice')
    ids.add(id)
    if (sendCounter === null) return
    const last = counters.get(sender) ?? (await ledger.lastCounter(room, entry.senderTag)) ?? -1
    if (sendCounter <= last) refuse('a counter that does not rise')
    counters.set(sender, sendCounter)
  }
}

const appendOf = (
  { id }: Room,
  { entry, bytes, hash, payload, aux }: Offered,
  { messageId, sendCounter }: Judged,
): Append => {
  const { seq, timeMs, senderTag } = entry
  const stored = { seq, hash, entry: bytes, payload, aux, timeMs }
  return { room: id, entry: stored, senderTag, messageId, sendCounter, change: null, charges: [] }
}

/**
 * Decides about entries that were decided before, with the same checks at the time at which they were made, so that
 * a room becomes exactly what it was (rule HEAL-3).
 */
export const makeReplay = (dependencies: Dependencies): Replay => {
  const desk: Desk = { ...dependencies, tagged: new WeakMap() }
  return async (room, first, offered) => {
    const note = makeOrder(desk, room)
    let place = first
    const appends: Append[] = []
    const moves: Moves[] = []
    for (const one of offered) {
      const judged = await judgeAt(desk, room, place, one)
      await note(one, judged)
      appends.push(appendOf(room, one, judged))
      if (judged.moves) moves.push(judged.moves)
      place = judged.place
    }
    return { place, appends, moves }
  }
}
