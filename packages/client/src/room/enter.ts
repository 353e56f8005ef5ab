import { decode, decodeMessage, join } from '@sotto/mls'
import {
  anchorHashBytes,
  decodeEntry,
  entryHash,
  equalBytes,
  type LoggedMessage,
  SottoError,
  toHex,
  type WaitingWelcome,
} from '@sotto/protocol'
import { type Admission, authorizeWelcome } from '@sotto/trust'
import type { StoredBundle } from '../account/keyPackages.ts'
import { nameOf, openMeta } from '../content/meta.ts'
import { isOpenRoom } from '../content/openness.ts'
import type { Change } from '../ports/store.ts'
import { encodeLogRecord, type LogRecord, type RecordedItem } from '../timeline/record.ts'
import { type Asked, attempt } from './attempt.ts'
import { archiveKeyOf } from './archiveKey.ts'
import { secondsOf } from './desk.ts'
import { memberCountOf } from './events.ts'
import { roomKeys } from './keys.ts'
import { moved } from './move.ts'
import { isRoomOf } from './repair.ts'
import { epochOf } from './send.ts'
import { type RoomSummary, publicOf, type RoomState } from './state.ts'
import { type Step, type Stepped, stepped } from './step.ts'
import type { Tools } from './tools.ts'

export interface Joining {
  readonly waiting: WaitingWelcome
  readonly tree: Uint8Array
  readonly bundles: readonly StoredBundle[]
  readonly phase: Extract<RoomState['phase'], { kind: 'active' | 'parting' }>
  /** The user has asked to come into the open room that the server calls so (rule OPEN-8). */
  readonly openName?: string | undefined
  /** The entry that the Welcome names: with which the log, and all other members, went on. */
  readonly commit: LoggedMessage
}

/**
 * The tag with which the commit in the log leads into the epoch. Only the epoch's secrets make it, so a Welcome into
 * another group than the one that the other members are in does not have it.
 *
 * @throws SottoError `integrity`
 */
const confirmationTagOf = (
  { provider }: Tools,
  { entry: bytes, payload }: LoggedMessage,
  { entryHash: expected, seq }: WaitingWelcome,
): Uint8Array => {
  const entry = decodeEntry(bytes)
  if (
    payload &&
    entry.seq === seq &&
    equalBytes(entryHash(bytes), expected) &&
    equalBytes(provider.hash('SHA-256', payload), entry.payloadHash)
  ) {
    const tag = tagIn(payload)
    if (tag) return tag
  }
  throw new SottoError('integrity', 'the log does not have the commit of the Welcome')
}

const tagIn = (payload: Uint8Array): Uint8Array | undefined => {
  try {
    const message = decode(decodeMessage, payload)
    return message.kind === 'public' ? message.message.authenticated.auth.confirmationTag : undefined
  } catch {
    return undefined
  }
}

/**
 * Enters a room by a Welcome that the user has accepted: every leaf, the signer's right to invite and the own place
 * in the policy are verified, and the metadata are those of the policy (JOIN-1 to JOIN-3, CON-1).
 *
 * @throws SottoError `policy` {rule} when the room is not one to enter, `integrity` when what belongs to the Welcome
 * does not fit it; then nothing has changed
 */
export const joinRoom = async (
  tools: Tools,
  room: RoomState,
  { waiting, tree, bundles, phase, commit, openName }: Joining,
  asked: Asked,
): Promise<Step> => {
  // A Welcome into an epoch that this device has had keys of would start old ratchets anew, and their keys with them.
  if (room.place.epoch > 0 && waiting.epoch <= room.place.epoch)
    throw new SottoError('server_rollback', 'the invitation is older than what this device has read')
  const tag = confirmationTagOf(tools, commit, waiting)
  const timeS = secondsOf(waiting.timeMs)
  const tried = await attempt(tools, timeS, asked, async (engine) => {
    const { welcome } = waiting
    const joined = await join(engine, { welcome, bundles: bundles.map(({ bundle }) => bundle), tree })
    const { group, signer } = joined
    const lookup = (account: Uint8Array) => tools.find(account)?.state
    const view = { group: group.public, signer, ownLeaf: group.ownLeaf }
    const admission = await authorizeWelcome(view, lookup, tools.provider, timeS)
    return { ...joined, admission, archiveKey: archiveKeyOf(engine, group, room.id) }
  })
  if (tried.kind === 'needs') return tried
  if (tried.kind === 'refused') throw notToEnter(tried.rule)
  const { group, admission, archiveKey, bundle, consumed } = tried.value
  if (admission.kind === 'refused') throw notToEnter(admission.rule)
  if (epochOf(group) !== waiting.epoch || !equalBytes(group.public.context.groupId, room.id))
    throw new SottoError('integrity', 'the Welcome leads to another room')
  if (!isAwaited(room, admission)) throw notToEnter('JOIN-3')
  // Whoever only wants to say no may do so to anybody.
  if (phase.kind === 'active' && !isAsShown(room, admission))
    throw new SottoError('identity_changed', 'another account has invited than the server said')
  if (!equalBytes(group.public.confirmationTag, tag))
    throw new SottoError('integrity', 'the Welcome does not belong to the commit in the log')
  const meta = await metaOf(tools, archiveKey, waiting, admission.policy.metaHash)
  if (openName !== undefined && !(isOpenRoom(meta) && nameOf(meta) === openName)) throw notToEnter('OPEN-8')
  const used = bundles.find((stored) => stored.bundle === bundle)
  const { seq: cursor, entryHash: hash, timeMs } = waiting
  const isComing = phase.kind === 'active'
  return stepped(
    {
      ...moved(room, { kind: 'joined', as: phase }),
      group,
      meta: isComing ? meta : room.meta,
      observed: null,
      pending: null,
      intents: used?.lastResort ? [{ kind: 'refresh', id: 'refresh' }] : [],
      place: {
        ...room.place,
        cursor,
        hash,
        timeMs,
        confirmed: Math.max(room.place.confirmed, cursor),
        from: cursor,
        epoch: waiting.epoch,
        leafMs: timeMs,
        leafCounter: room.place.sendCounter,
      },
      summary: isComing
        ? summaryAt(room.summary, nameOf(meta), memberCountOf(group.public), waiting)
        : room.summary,
    },
    { ...arrival(tools, room, waiting, phase, admission.inviter, used?.used ?? []), consumed },
  )
}

/**
 * Whether a device that waits to be brought in again may enter without asking its user: what it has followed itself is
 * compared with the log before (`sync/rooms.ts`); of what it has lost, the last policy tells, or the first invitation.
 */
const isAwaited = (room: RoomState, admission: Extract<Admission, { kind: 'allowed' }>): boolean => {
  const { phase, lastPolicy } = room
  if (phase.kind !== 'repairing' || publicOf(room)) return true
  if (phase.invitedBy) return equalBytes(admission.inviter, phase.invitedBy)
  return isRoomOf(lastPolicy, admission)
}

/** The user has agreed to come to whom the server had named; only the keys of the room tell who it was. */
const isAsShown = ({ phase }: RoomState, { inviter }: Extract<Admission, { kind: 'allowed' }>): boolean =>
  phase.kind !== 'invited' || phase.inviter === null || equalBytes(phase.inviter, inviter)

export const notToEnter = (rule: string): SottoError =>
  new SottoError('policy', 'the room is not one to enter', { rule })

const metaOf = async (
  { provider }: Tools,
  archiveKey: Uint8Array,
  { meta, room, epoch }: WaitingWelcome,
  expected: Uint8Array,
) => {
  if (!meta) throw new SottoError('integrity', 'the Welcome came without the metadata of the room')
  return openMeta(provider, archiveKey, room, epoch, meta, expected)
}

const summaryAt = (
  summary: RoomSummary,
  name: string,
  memberCount: number,
  { seq, timeMs }: WaitingWelcome,
): RoomSummary => ({
  ...summary,
  name,
  memberCount,
  readSeq: Math.max(summary.readSeq, seq),
  activeMs: Math.max(summary.activeMs, timeMs),
})

/** The first thing that a new member sees: who brought it in; and where its history begins again, if it has one. */
const arrivalItems = (
  account: Uint8Array,
  { phase }: RoomState,
  inviter: Uint8Array,
): readonly RecordedItem[] => {
  const added: RecordedItem = { kind: 'event', actor: inviter, event: { kind: 'added', account } }
  const isBack = phase.kind === 'invited' && phase.before.kind !== 'absent'
  return isBack ? [added, { kind: 'event', actor: account, event: { kind: 'returned' } }] : [added]
}

const arrival = (
  { account }: Tools,
  room: RoomState,
  { seq, entryHash: hash, timeMs }: WaitingWelcome,
  phase: Joining['phase'],
  inviter: Uint8Array,
  used: readonly Change[],
): Pick<Stepped, 'changes' | 'told'> => {
  const record: LogRecord = {
    anchor: hash.slice(0, anchorHashBytes),
    timeMs,
    items: phase.kind === 'active' ? arrivalItems(account, room, inviter) : [],
  }
  const key = roomKeys.logEntry(toHex(room.id), seq)
  return {
    changes: [...used, { kind: 'put', key, value: encodeLogRecord(record) }],
    told: [{ kind: 'records', records: [{ seq, record, marks: [] }] }],
  }
}
