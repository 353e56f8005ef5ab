import { createGroup, encodeTree, join, type KeyPackageBundle, makeGroupInfo } from '@sotto/mls'
import {
  type Acknowledgement,
  anchorHashBytes,
  equalBytes,
  SottoError,
  toHex,
  type WaitingWelcome,
} from '@sotto/protocol'
import { authorizeWelcome, contextExtensions, newPolicy } from '@sotto/trust'
import type { StoredBundle } from '../account/keyPackages.ts'
import { hashOfMeta, makeMeta, nameOf, openMeta, sealMeta } from '../content/meta.ts'
import type { Change } from '../ports/store.ts'
import { encodeLogRecord, type LogRecord } from '../timeline/record.ts'
import { type Asked, attempt } from './attempt.ts'
import { archiveKeyOf } from './commit.ts'
import { memberCountOf } from './events.ts'
import { roomKeys } from './keys.ts'
import { epochOf } from './send.ts'
import { emptyRoom, type Face, type RoomState } from './state.ts'
import { type Step, type Stepped, stepped } from './step.ts'
import type { Tools } from './tools.ts'

/** How a room begins on this device: made here, or joined by a Welcome. */
export interface Founding {
  readonly id: Uint8Array
  readonly name: string
  readonly bundle: KeyPackageBundle
  readonly nowMs: number
}

/** A new room, stored before the server hears of it. @throws SottoError `internal` when the own rules refuse it */
export const foundRoom = async (
  tools: Tools,
  { id, name, bundle, nowMs }: Founding,
  asked: Asked,
): Promise<Stepped> => {
  const meta = makeMeta(name, tools.provider.random(16))
  const policy = newPolicy({ room: id, owner: tools.account, metaHash: hashOfMeta(meta), kind: 'group' })
  const tried = await attempt(tools, secondsOf(nowMs), asked, async (engine) => {
    const group = await createGroup(engine, { groupId: id, bundle, extensions: contextExtensions(policy) })
    const archiveKey = archiveKeyOf(engine, group, id)
    return {
      group,
      groupInfo: await makeGroupInfo(engine, group),
      tree: encodeTree(group.public.tree),
      meta: await sealMeta(tools.provider, archiveKey, id, epochOf(group), meta),
    }
  })
  if (tried.kind !== 'done') throw new SottoError('internal', 'the rules refuse a room of our own making')
  const { group, groupInfo, tree, meta: sealed } = tried.value
  const room = emptyRoom(id, { kind: 'creating', groupInfo, tree, meta: sealed })
  return stepped({
    ...room,
    group,
    meta,
    face: { ...room.face, name: nameOf(meta), memberCount: 1, activeMs: nowMs },
  })
}

/** The server has opened the room's log. */
export const confirmRoom = (tools: Tools, room: RoomState, ack: Acknowledgement): Stepped => {
  const record = {
    anchor: ack.hash.slice(0, anchorHashBytes),
    timeMs: ack.timeMs,
    items: [{ kind: 'event', actor: tools.account, event: { kind: 'created' } }],
  } as const
  return stepped(
    {
      ...room,
      phase: { kind: 'active' },
      place: { ...room.place, cursor: ack.seq, hash: ack.hash, timeMs: ack.timeMs, confirmed: ack.seq },
      face: { ...room.face, activeMs: ack.timeMs },
    },
    {
      changes: [
        { kind: 'put', key: roomKeys.logEntry(toHex(room.id), ack.seq), value: encodeLogRecord(record) },
      ],
      told: [{ kind: 'records', records: [{ seq: ack.seq, record }] }],
    },
  )
}

export interface Joining {
  readonly waiting: WaitingWelcome
  readonly tree: Uint8Array
  readonly bundles: readonly StoredBundle[]
  readonly phase: Extract<RoomState['phase'], { kind: 'active' | 'leaving' }>
}

/**
 * Enters a room by a Welcome that the user has accepted: every leaf, the signer's right to invite and the own place
 * in the policy are verified, and the metadata are those of the policy (protocol §7).
 *
 * @throws SottoError `policy` {rule} when the room is not one to enter, `integrity` when what belongs to the Welcome
 * does not fit it; then nothing has changed
 */
export const joinRoom = async (
  tools: Tools,
  room: RoomState,
  { waiting, tree, bundles, phase }: Joining,
  asked: Asked,
): Promise<Step> => {
  // A Welcome from before what was read already would start old ratchets anew, and their keys with them.
  if (room.place.cursor > 0 && waiting.seq <= room.place.cursor)
    throw new SottoError('server_rollback', 'the invitation is older than what this device has read')
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
  const meta = await metaOf(tools, archiveKey, waiting, admission.policy.metaHash)
  const used = bundles.find((stored) => stored.bundle === bundle)
  const { seq: cursor, entryHash: hash, timeMs } = waiting
  return stepped(
    {
      ...room,
      phase,
      group,
      meta,
      pending: null,
      intents: used?.lastResort ? [{ kind: 'refresh', id: 'refresh' }] : [],
      place: { ...room.place, cursor, hash, timeMs, confirmed: cursor },
      face: faceAt(room.face, nameOf(meta), memberCountOf(group), waiting),
    },
    { ...arrival(tools, room.id, waiting, admission.inviter, used?.used ?? []), consumed },
  )
}

const notToEnter = (rule: string): SottoError =>
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

const faceAt = (face: Face, name: string, memberCount: number, { seq, timeMs }: WaitingWelcome): Face => ({
  ...face,
  name,
  memberCount,
  readSeq: Math.max(face.readSeq, seq),
  activeMs: Math.max(face.activeMs, timeMs),
})

/** The first thing that a new member sees: who brought it in. */
const arrival = (
  { account }: Tools,
  room: Uint8Array,
  { seq, entryHash, timeMs }: WaitingWelcome,
  inviter: Uint8Array,
  used: readonly Change[],
): Pick<Stepped, 'changes' | 'told'> => {
  const record: LogRecord = {
    anchor: entryHash.slice(0, anchorHashBytes),
    timeMs,
    items: [{ kind: 'event', actor: inviter, event: { kind: 'added', account } }],
  }
  const key = roomKeys.logEntry(toHex(room), seq)
  return {
    changes: [...used, { kind: 'put', key, value: encodeLogRecord(record) }],
    told: [{ kind: 'records', records: [{ seq, record }] }],
  }
}

const secondsOf = (timeMs: number): number => Math.floor(timeMs / 1000)
