import { createGroup, encodeTree, type KeyPackageBundle, makeGroupInfo } from '@sotto/mls'
import { type Acknowledgement, anchorHashBytes, SottoError, toHex } from '@sotto/protocol'
import { contextExtensions, newPolicy, type Policy, policyOf } from '@sotto/trust'
import { hashOfMeta, nameOf, type RoomMeta, sealMeta } from '../content/meta.ts'
import { encodeLogRecord } from '../timeline/record.ts'
import { archiveKeyOf } from './archiveKey.ts'
import { type Asked, attempt } from './attempt.ts'
import { secondsOf } from './desk.ts'
import { notToEnter } from './enter.ts'
import { roomKeys } from './keys.ts'
import { moved } from './move.ts'
import { epochOf } from './send.ts'
import { emptyRoom, type Intent, type RoomState } from './state.ts'
import { type Stepped, stepped } from './step.ts'
import type { Tools } from './tools.ts'

/** How a room begins that is made here. */
export interface Founding {
  readonly id: Uint8Array
  readonly meta: RoomMeta
  readonly policy: Policy
  readonly bundle: KeyPackageBundle
  readonly nowMs: number
  /** Who is brought in at once: the members of the room that this one continues. */
  readonly intents: readonly Intent[]
}

/** The rules of a room that is new. */
export const firstPolicy = ({ account }: Tools, room: Uint8Array, meta: RoomMeta): Policy =>
  newPolicy({ room, owner: account, metaHash: hashOfMeta(meta), kind: 'group' })

/** A new room, stored before the server hears of it. @throws SottoError `policy` {rule} when the own rules refuse it */
export const foundRoom = async (
  tools: Tools,
  before: RoomState,
  { id, meta, policy, bundle, nowMs, intents }: Founding,
  asked: Asked,
): Promise<Stepped> => {
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
  if (tried.kind === 'needs') throw new SottoError('storage_damaged', 'the own chain is missing')
  // The certificate of this device is not valid at the server's time, or not any more.
  if (tried.kind === 'refused') throw notToEnter(tried.rule)
  const { group, groupInfo, tree, meta: sealed } = tried.value
  const room = moved(emptyRoom(id, before.phase), { kind: 'founded', groupInfo, tree, meta: sealed })
  return stepped({
    ...room,
    place: { ...before.place, leafMs: nowMs },
    group,
    meta,
    intents,
    summary: {
      ...room.summary,
      name: nameOf(meta),
      memberCount: policy.members.length,
      activeMs: nowMs,
    },
  })
}

const isAnew = ({ group }: RoomState): boolean => {
  const policy = group && policyOf(group.public.context)
  return policy?.kind === 'ok' && policy.value.predecessor !== null
}

/** The server has opened the room's log. */
export const confirmRoom = (tools: Tools, room: RoomState, ack: Acknowledgement): Stepped => {
  const created = moved(room, { kind: 'created' })
  // The user has given it up meanwhile.
  if (created === room) return stepped(room)
  const record = {
    anchor: ack.hash.slice(0, anchorHashBytes),
    timeMs: ack.timeMs,
    items: [{ kind: 'event', actor: tools.account, event: { kind: isAnew(room) ? 'refounded' : 'created' } }],
  } as const
  return stepped(
    {
      ...created,
      place: {
        ...room.place,
        cursor: ack.seq,
        hash: ack.hash,
        timeMs: ack.timeMs,
        confirmed: ack.seq,
        from: ack.seq,
      },
      summary: { ...room.summary, activeMs: ack.timeMs },
    },
    {
      changes: [
        { kind: 'put', key: roomKeys.logEntry(toHex(room.id), ack.seq), value: encodeLogRecord(record) },
      ],
      told: [{ kind: 'records', records: [{ seq: ack.seq, record, marks: [] }] }],
    },
  )
}
