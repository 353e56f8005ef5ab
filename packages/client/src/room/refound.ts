import { type KeyPackageBundle, leafAt, type PublicGroup } from '@sotto/mls'
import { equalBytes, toHex } from '@sotto/protocol'
import { identityOf, isRefounding, type Policy, policyOf, refoundPolicy } from '@sotto/trust'
import { hashOfMeta, makeMeta } from '../content/meta.ts'
import type { Founding } from './newRoom.ts'
import { givenUp } from './ending.ts'
import type { Room } from './atWork.ts'
import { requeue } from './send.ts'
import { type Intent, type Meta, type OutboxItem, type Place, publicOf, type RoomState } from './state.ts'
import { type Stepped, stepped } from './step.ts'
import type { Tools } from './tools.ts'

/**
 * A room that cannot be mended goes on as another one (REC-6): an owner founds it with the people and rules
 * that this device last agreed to, and everyone decides whether to come along.
 */
export interface Refounding {
  readonly id: Uint8Array
  readonly last: Policy
  /** The room before, as far as this device has followed it. */
  readonly group: PublicGroup
  readonly place: Place
  readonly meta: Meta
  readonly bundle: KeyPackageBundle
  readonly nowMs: number
}

export const foundingAnew = (tools: Tools, refounding: Refounding): Founding => {
  const { id, last, group, place, bundle, nowMs } = refounding
  const salt = tools.provider.random(16)
  const known = refounding.meta.bytes
  const meta = known.length > 0 ? { salt, bytes: known } : makeMeta('', salt)
  const { groupId, epoch, confirmedTranscriptHash: transcriptHash } = group.context
  const predecessor = { groupId, epoch: Number(epoch), transcriptHash, seq: place.cursor, hash: place.hash }
  const policy = refoundPolicy(last, { room: id, predecessor, metaHash: hashOfMeta(meta) })
  const others = policy.members.filter(({ account }) => !equalBytes(account, tools.account))
  const intents = others.map(({ account }): Intent => {
    // Key packages are claimed when it is their turn: the wish to bring everybody in is stored with the room.
    return { kind: 'invite', id: `refound-${toHex(account).slice(0, 32)}`, account, keyPackages: [] }
  })
  return { id, meta, policy, bundle, nowMs, intents }
}

const policyIn = (group: PublicGroup | null): Policy | undefined => {
  const policy = group && policyOf(group.context)
  return policy?.kind === 'ok' ? policy.value : undefined
}

/** The room that `room` says it continues, in hex. */
export const predecessorOf = (room: RoomState): string | undefined => {
  const predecessor = policyIn(publicOf(room))?.predecessor
  return predecessor ? toHex(predecessor.groupId) : undefined
}

/**
 * Whether `next` really continues `before`, by what this device last knew of it: who founded it was an owner there, and
 * nobody is in it who was not, or in a higher role.
 */
export const continues = (next: RoomState, before: RoomState): boolean => {
  const group = publicOf(next)
  const policy = policyIn(group)
  const last = policyIn(publicOf(before))
  const first = group && leafAt(group.tree, 0)
  // A leaf of a key package could have been put there by anybody; one of a commit is signed for this group and place.
  const isFounders = first?.source.kind === 'commit' || group?.context.epoch === 0n
  const founder = first && isFounders ? identityOf(first) : undefined
  return policy && last && founder ? isRefounding(policy, last, founder.account) : false
}

/** Whether a room can be given up for one that continues it. */
const mayEnd = ({ phase }: RoomState): boolean =>
  phase.kind === 'frozen' || phase.kind === 'repairing' || phase.kind === 'active'

/** The room is over: its history stays, its keys go. What was not sent goes with the room that continues it. */
const continuedBy = (room: RoomState, successor: Uint8Array): Stepped =>
  givenUp({ ...room, outbox: [] }, { kind: 'refounded', successor })

/** With what was not sent in the room before; what is there already, by its name, is not taken twice. */
const withOutbox = (room: RoomState, items: readonly OutboxItem[]): RoomState => {
  const names = new Set(room.outbox.map(({ message }) => toHex(message)))
  const first = (room.outbox.at(-1)?.order ?? -1) + 1
  const added = requeue(items, () => true)
    .filter(({ message }) => !names.has(toHex(message)))
    .map((item, index): OutboxItem => ({ ...item, order: first + index, hashes: [] }))
  return added.length > 0 ? { ...room, outbox: [...room.outbox, ...added] } : room
}

/**
 * Ends the rooms that others of this device continue, and takes what was not sent along. It is done at every start and
 * whenever a room is entered, so that nothing is lost where the last run stopped half way.
 */
export const endContinued = async (
  rooms: Iterable<Room>,
  find: (id: string) => Room | undefined,
): Promise<void> => {
  for (const next of rooms) {
    const before = find(predecessorOf(next.state()) ?? '')
    if (!before || !mayEnd(before.state()) || !continues(next.state(), before.state())) continue
    const { outbox } = before.state()
    await next.take((room) => stepped(withOutbox(room, outbox)))
    await before.take((room) => (mayEnd(room) ? continuedBy(room, next.state().id) : stepped(room)))
  }
}
