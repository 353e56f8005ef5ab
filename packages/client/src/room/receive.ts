import { allSecrets, type Group, leafAt, process } from '@sotto/mls'
import {
  anchorHashBytes,
  type Envelope,
  entryKinds,
  equalBytes,
  type FailureCode,
  toHex,
} from '@sotto/protocol'
import { identityOf } from '@sotto/trust'
import { decodeContent } from '../content/content.ts'
import { decodePayload } from '../content/payload.ts'
import type { Change } from '../ports/store.ts'
import { encodeLogRecord, type RecordedItem } from '../timeline/record.ts'
import type { PlacedRecord } from '../timeline/pages.ts'
import { type Asked, attempt } from './attempt.ts'
import type { OpenedEntry, Past } from './entry.ts'
import { eventsOf, memberCountOf } from './events.ts'
import { faceAfter } from './face.ts'
import { roomKeys } from './keys.ts'
import { epochOf, requeue } from './send.ts'
import { emptyRoom, type OutboxItem, type Place, type RoomState } from './state.ts'
import { type Step, type Stepped, stepped, type Told } from './step.ts'
import type { Tools } from './tools.ts'

/**
 * Receiving (T3, T4): entries strictly one after the other, a whole page in one transaction. A message that does not
 * open is recorded as unreadable and the log goes on; a commit that is refused stops the room where it is.
 */
export interface Reading {
  readonly entries: readonly OpenedEntry[]
  /** The newest entry that the server has signed for. */
  readonly confirmed: number
  /** What the store knows of earlier entries that these refer to. */
  readonly past: Past
  readonly asked: Asked
}

/** How an entry ended. */
type Ending =
  | { readonly kind: 'passed'; readonly items: readonly RecordedItem[] }
  | { readonly kind: 'needs'; readonly needs: Extract<Step, { kind: 'needs' }>['needs'] }
  | { readonly kind: 'frozen'; readonly code: FailureCode; readonly rule: string | null }

const passed = (...items: readonly RecordedItem[]): Ending => ({ kind: 'passed', items })
const unreadable = passed({ kind: 'unreadable' })

/** The page while it is being read: what changes from entry to entry. */
interface Desk {
  room: RoomState
  readonly anchors: Map<number, Uint8Array>
  readonly senders: Map<string, readonly string[]>
  readonly consumed: Uint8Array[]
  readonly told: Told[]
}

export const receive = async (tools: Tools, room: RoomState, reading: Reading): Promise<Step> => {
  const desk: Desk = { room, anchors: new Map(), senders: new Map(), consumed: [], told: [] }
  const records: PlacedRecord[] = []
  for (const judged of reading.entries) {
    const ending = await receiveEntry(tools, desk, judged, reading)
    switch (ending.kind) {
      case 'needs':
        return ending
      case 'frozen':
        return finish(tools, freeze(tools, desk, judged, ending), records, reading.confirmed)
      case 'passed': {
        const { seq, timeMs } = judged.entry
        const anchor = judged.hash.slice(0, anchorHashBytes)
        desk.anchors.set(seq, anchor)
        records.push({ seq, record: { anchor, timeMs, items: ending.items } })
        desk.room = { ...desk.room, place: { ...desk.room.place, cursor: seq, hash: judged.hash, timeMs } }
      }
    }
    if (!desk.room.group) break
  }
  return finish(tools, desk, records, reading.confirmed)
}

const freeze = (
  { provider }: Tools,
  desk: Desk,
  { entry }: OpenedEntry,
  { code, rule }: Extract<Ending, { kind: 'frozen' }>,
): Desk => {
  const isRefusal = entry.kind === entryKinds.commit && code === 'policy' && rule !== null
  const nack = isRefusal ? { seq: entry.seq, rule, message: provider.random(16) } : null
  return { ...desk, room: { ...desk.room, phase: { kind: 'frozen', code, rule, nack } } }
}

const finish = (tools: Tools, desk: Desk, records: readonly PlacedRecord[], confirmed: number): Stepped => {
  const { room, consumed } = desk
  if (room.phase.kind === 'left') return stepped(room, { consumed })
  const id = toHex(room.id)
  const changes: Change[] = records.map(({ seq, record }) => ({
    kind: 'put',
    key: roomKeys.logEntry(id, seq),
    value: encodeLogRecord(record),
  }))
  for (const [message, devices] of desk.senders)
    changes.push({ kind: 'put', key: roomKeys.knownMessage(id, message), value: ascii(devices.join(' ')) })
  const shown = records.filter(({ record }) => record.items.length > 0)
  return stepped(
    {
      ...room,
      place: { ...room.place, confirmed: Math.max(room.place.confirmed, confirmed, room.place.cursor) },
      face: faceAfter(tools.account, room.face, shown),
    },
    {
      changes,
      consumed,
      told: [...(shown.length > 0 ? [{ kind: 'records' as const, records: shown }] : []), ...desk.told],
    },
  )
}

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

const receiveEntry = async (
  tools: Tools,
  desk: Desk,
  judged: OpenedEntry,
  reading: Reading,
): Promise<Ending> => {
  const { entry, payload } = judged
  if (isOurs(desk.room, entry.payloadHash))
    desk.room = { ...desk.room, place: claimed(desk.room.place, judged) }
  else if (isStrayOwn(tools, desk, judged, reading.past)) return goneBack
  switch (entry.kind) {
    case entryKinds.app:
      return receiveMessage(tools, desk, judged, reading)
    case entryKinds.commit:
      return payload
        ? receiveCommit(tools, desk, judged, payload, reading)
        : { kind: 'frozen', code: 'integrity', rule: null }
    case entryKinds.proposal:
      return receiveProposal(tools, desk, judged, reading)
    case entryKinds.create:
    case entryKinds.nack:
    case entryKinds.tombstone:
      return passed()
    case entryKinds.hook:
    case entryKinds.refound:
      return unreadable
  }
}

const isOurs = (room: RoomState, payloadHash: Uint8Array): boolean =>
  isOwnPending(room, payloadHash) || ownItem(room, payloadHash) !== undefined

/** The log has taken something of ours: so this is how it names us, and how far our counter is used up. */
const claimed = (place: Place, { entry, envelope }: OpenedEntry): Place => ({
  ...place,
  tag: entry.senderTag,
  acceptedCounter: Math.max(place.acceptedCounter, envelope?.sendCounter ?? 0),
})

/**
 * Something of ours that we know nothing of: this device has been set back to an earlier state. Its next words would
 * be encrypted with keys that it has used already (I8); so there are none.
 */
const isStrayOwn = (
  { device }: Tools,
  { room: { place }, senders }: Desk,
  { entry, envelope }: OpenedEntry,
  past: Past,
): boolean => {
  if (!place.tag || !envelope || !equalBytes(entry.senderTag, place.tag)) return false
  const id = toHex(envelope.messageId)
  return !(senders.get(id) ?? past.senders(id)).includes(toHex(device))
}

const goneBack: Ending = { kind: 'frozen', code: 'client_rollback', rule: null }

const receiveMessage = async (
  tools: Tools,
  desk: Desk,
  judged: OpenedEntry,
  reading: Reading,
): Promise<Ending> => {
  const { entry, payload, envelope } = judged
  const own = ownItem(desk.room, entry.payloadHash)
  if (own) return receiveOwn(tools, desk, own, reading)
  // A tombstone has taken the payload: there was a message, and there is none.
  if (!payload) return passed()
  const { group } = desk.room
  if (!envelope || !group) return unreadable

  const read = await decrypted(tools, group, payload, entry.timeMs, reading.asked)
  if (read.kind !== 'application') return read.kind === 'needs' ? read : unreadable
  if (!anchorHolds(desk, reading.past, envelope, entry.seq)) return forked
  // The sender is known now, and the ratchet has moved: the generation is used up, whatever was in it.
  desk.room = { ...desk.room, group: read.group }
  desk.consumed.push(...read.consumed)
  const leaf = leafAt(group.public.tree, read.sender)
  const sender = leaf && identityOf(leaf)
  if (!sender) return unreadable

  const content = contentOf(read.data)
  if (!content) return unreadable
  const { messageId } = envelope
  if (isRepeated(desk, reading.past, messageId, sender.device)) return passed()
  return passed({
    kind: 'message',
    message: messageId,
    device: sender.device,
    account: sender.account,
    content,
  })
}

/** Notes that this device has used the id; true if it had before (T1: the second entry is dropped). */
const isRepeated = (desk: Desk, past: Past, message: Uint8Array, device: Uint8Array): boolean => {
  const id = toHex(message)
  const by = toHex(device)
  const before = desk.senders.get(id) ?? past.senders(id)
  if (before.includes(by)) return true
  desk.senders.set(id, [...before, by])
  return false
}

const ownItem = ({ outbox }: RoomState, payloadHash: Uint8Array): OutboxItem | undefined =>
  outbox.find(({ hashes }) => hashes.some((hash) => equalBytes(hash, payloadHash)))

/** Own words are not decrypted: they were kept when they were sent. */
const receiveOwn = (tools: Tools, desk: Desk, item: OutboxItem, reading: Reading): Ending => {
  desk.room = { ...desk.room, outbox: desk.room.outbox.filter((other) => other !== item) }
  if (isRepeated(desk, reading.past, item.message, tools.device)) return passed()
  return passed({
    kind: 'message',
    message: item.message,
    device: tools.device,
    account: tools.account,
    content: item.content,
  })
}

/** Another member has seen another log than this device: somebody is being lied to (protocol §7). */
const anchorHolds = (desk: Desk, past: Past, { anchorSeq, anchorHash }: Envelope, seq: number): boolean => {
  const known = desk.anchors.get(anchorSeq) ?? past.anchor(anchorSeq)
  return anchorSeq < seq && (!known || equalBytes(known, anchorHash))
}

const forked: Ending = { kind: 'frozen', code: 'fork', rule: null }

const contentOf = (data: Uint8Array): Uint8Array | undefined => {
  try {
    const content = decodePayload(data)
    decodeContent(content)
    return content
  } catch {
    return undefined
  }
}

const decrypted = async (tools: Tools, group: Group, payload: Uint8Array, timeMs: number, asked: Asked) => {
  const tried = await attempt(tools, secondsOf(timeMs), asked, (engine) => process(engine, group, payload))
  return tried.kind === 'done' ? tried.value : tried
}

const secondsOf = (timeMs: number): number => Math.floor(timeMs / 1000)

const receiveProposal = async (
  tools: Tools,
  desk: Desk,
  judged: OpenedEntry,
  reading: Reading,
): Promise<Ending> => {
  const { entry, payload } = judged
  const { room } = desk
  if (isOwnPending(room, entry.payloadHash)) desk.room = { ...room, pending: null }
  if (!payload || !room.group || !judged.envelope) return passed()
  const tried = await attempt(tools, secondsOf(entry.timeMs), reading.asked, (engine) =>
    process(engine, room.group as Group, payload),
  )
  if (tried.kind === 'needs') return tried
  // What is no proposal for us is none for anybody: a commit that names it will be refused.
  if (tried.kind === 'refused' || tried.value.kind !== 'proposal') return passed()
  desk.room = { ...desk.room, group: tried.value.group }
  desk.consumed.push(...tried.value.consumed)
  return passed()
}

const isOwnPending = ({ pending }: RoomState, payloadHash: Uint8Array): boolean =>
  pending !== null && equalBytes(pending.messageHash, payloadHash)

const receiveCommit = async (
  tools: Tools,
  desk: Desk,
  judged: OpenedEntry,
  payload: Uint8Array,
  reading: Reading,
): Promise<Ending> => {
  const { room } = desk
  const { entry, envelope } = judged
  const { pending, group } = room
  if (!group) return { kind: 'frozen', code: 'internal', rule: null }
  if (pending?.kind === 'commit' && pending.staged && isOwnPending(room, entry.payloadHash)) {
    desk.room = {
      ...enter(room, pending.staged),
      intents: room.intents.filter(({ id }) => id !== pending.intent),
    }
    desk.consumed.push(...secretsLeft(group, pending.staged))
    if (pending.intent !== null)
      desk.told.push({ kind: 'intent', intent: pending.intent, result: { kind: 'done' } })
    return passed(...pending.events)
  }
  if (!envelope) return { kind: 'frozen', code: 'policy', rule: 'C0e' }
  const tried = await attempt(tools, secondsOf(entry.timeMs), reading.asked, (engine) =>
    process(engine, group, payload),
  )
  if (tried.kind === 'needs') return tried
  if (tried.kind === 'refused') return { kind: 'frozen', code: 'policy', rule: tried.rule }
  const { value, authorization } = tried
  if (value.kind !== 'commit' || !authorization) return { kind: 'frozen', code: 'policy', rule: 'C0e' }
  if (!anchorHolds(desk, reading.past, envelope, entry.seq)) return forked
  desk.consumed.push(...value.consumed)
  if (pending?.staged) desk.consumed.push(...secretsLeft(pending.staged, value.group))
  desk.room = value.group ? enter(room, value.group) : expel(room)
  if (!value.group && room.outbox.length > 0)
    desk.told.push({ kind: 'outbox', messages: room.outbox.map(({ message }) => message) })
  return passed(...eventsOf(authorization))
}

/** The secrets of a state that is given up, but for those that the next one still has. */
const secretsLeft = (before: Group, next: Group | null): readonly Uint8Array[] => {
  const kept = new Set(next ? allSecrets(next) : [])
  return allSecrets(before).filter((secret) => !kept.has(secret))
}

/**
 * The next epoch. A commit or proposal of ours was for the epoch before: it has lost the race, and its intent stays.
 * The same holds for messages that are not in the log by now: they never will be.
 */
const enter = (room: RoomState, group: Group): RoomState => ({
  ...room,
  group,
  pending: null,
  outbox: requeue(room.outbox, ({ stage }) => stage.kind === 'encrypted' && stage.epoch < epochOf(group)),
  face: { ...room.face, memberCount: memberCountOf(group) },
})

/** Who has asked to go keeps nothing; who was removed keeps what was read before. */
const expel = (room: RoomState): RoomState =>
  room.phase.kind === 'leaving'
    ? emptyRoom(room.id, { kind: 'left' })
    : {
        ...room,
        phase: { kind: 'removed' },
        group: null,
        pending: null,
        intents: [],
        outbox: room.outbox.map((item) => ({ ...item, stage: { kind: 'failed', code: 'not_member' } })),
      }
