import { encrypt, type Group } from '@sotto/mls'
import {
  anchorHashBytes,
  encodeEnvelope,
  type EntryKind,
  entryKinds,
  equalBytes,
  type FailureCode,
  limits,
  SottoError,
} from '@sotto/protocol'
import { readContent } from '../content/content.ts'
import { encodePayload } from '../content/payload.ts'
import { targetOf } from '../timeline/target.ts'
import { engineWithoutChecks } from './attempt.ts'
import type { OutboxItem, Place, RoomState } from './state.ts'
import { type Stepped, stepped } from './step.ts'
import type { Tools } from './tools.ts'

/**
 * Sending (CL-1): state, counter, ciphertext and text are one transaction, stored before the first byte leaves. What is
 * sent again is sent in the same bytes; what the room has moved past is encrypted again under the same message id.
 */
export interface NewMessage {
  readonly message: Uint8Array
  readonly content: Uint8Array
  readonly composedMs: number
}

/** The authenticated data of the next message of this device: its counter is one above the last. */
export const envelopeFor = (
  room: RoomState,
  kind: EntryKind,
  messageId: Uint8Array,
  extension: Uint8Array | null = null,
): Uint8Array =>
  encodeEnvelope({
    version: 1,
    room: room.id,
    kind,
    messageId,
    sendCounter: room.place.sendCounter + 1,
    anchorSeq: room.place.cursor,
    anchorHash: room.place.hash.subarray(0, anchorHashBytes),
    archiveHash: null,
    expiryClass: 0,
    extension,
  })

export const counted = (place: Place): Place => ({ ...place, sendCounter: place.sendCounter + 1 })

export const epochOf = (group: Group): number => Number(group.public.context.epoch)

/**
 * A new message in the outbox.
 * @throws SottoError `rate` when the outbox is full
 */
export const compose = (room: RoomState, { message, content, composedMs }: NewMessage): RoomState => {
  if (room.outbox.length >= limits.outboxItemsPerRoomMax) throw new SottoError('rate', 'the outbox is full')
  const order = (room.outbox.at(-1)?.order ?? -1) + 1
  const item: OutboxItem = { order, message, content, composedMs, stage: { kind: 'queued' }, hashes: [] }
  return { ...room, outbox: [...room.outbox, item] }
}

/**
 * Encrypts up to `count` queued messages in their order. Only for a room that is caught up and has no commit of this
 * device under way (REC-1): what is encrypted earlier would be refused as stale.
 */
export const encryptQueued = async (tools: Tools, room: RoomState, count: number): Promise<Stepped> => {
  const engine = engineWithoutChecks(tools)
  const consumed: Uint8Array[] = []
  const told: Uint8Array[] = []
  let { group, place } = room
  const outbox: OutboxItem[] = []
  for (const item of room.outbox) {
    if (!group || item.stage.kind !== 'queued' || told.length === count) {
      outbox.push(item)
      continue
    }
    const authenticatedData = envelopeFor({ ...room, place }, entryKinds.app, item.message)
    const sealed = await encrypt(engine, group, encodePayload(item.content), { authenticatedData })
    place = counted(place)
    consumed.push(...sealed.consumed)
    outbox.push(encrypted(tools, item, epochOf(group), place.sendCounter, sealed.message))
    group = sealed.group
    told.push(item.message)
  }
  return stepped({ ...room, group, place, outbox }, { consumed })
}

const hashesKept = 64

const encrypted = (
  { provider }: Tools,
  item: OutboxItem,
  epoch: number,
  counter: number,
  bytes: Uint8Array,
): OutboxItem => ({
  ...item,
  stage: { kind: 'encrypted', epoch, counter, bytes },
  hashes: [...item.hashes, provider.hash('SHA-256', bytes)].slice(-hashesKept),
})

const replaced = (
  outbox: readonly OutboxItem[],
  message: Uint8Array,
  next: (item: OutboxItem) => OutboxItem,
): readonly OutboxItem[] => outbox.map((item) => (equalBytes(item.message, message) ? next(item) : item))

export const outboxItem = (room: RoomState, message: Uint8Array): OutboxItem | undefined =>
  // Mostly it is asked for what was written last, or for what was sent first.
  [room.outbox.at(-1), ...room.outbox.slice(0, 1)].find(
    (item) => item && equalBytes(item.message, message),
  ) ?? room.outbox.find((item) => equalBytes(item.message, message))

/** What was made for an epoch that is over, or with a counter that is passed, can never be accepted: once more. */
export const requeue = (outbox: readonly OutboxItem[], isOver: (item: OutboxItem) => boolean) =>
  outbox.some((item) => item.stage.kind === 'encrypted' && isOver(item))
    ? outbox.map((item) =>
        item.stage.kind === 'encrypted' && isOver(item)
          ? { ...item, stage: { kind: 'queued' } as const }
          : item,
      )
    : outbox

/** What is shown by itself stays, for the user to decide about it; what says something of another message is gone. */
export const failItem = (room: RoomState, message: Uint8Array, code: FailureCode): Stepped => {
  const item = outboxItem(room, message)
  if (item && targetOf(readContent(item.content))) return withoutItem(room, message, code)
  const outbox = replaced(room.outbox, message, (one) => ({ ...one, stage: { kind: 'failed', code } }))
  return stepped({ ...room, outbox }, { told: [{ kind: 'outbox', messages: [message] }] })
}

const withoutItem = (room: RoomState, message: Uint8Array, code: FailureCode | null): Stepped => {
  const outbox = room.outbox.filter((item) => !equalBytes(item.message, message))
  return stepped({ ...room, outbox }, { told: [{ kind: 'discarded', message, code }] })
}

/** @throws SottoError `not_found` unless the message failed */
export const retryItem = (room: RoomState, message: Uint8Array): Stepped => {
  if (outboxItem(room, message)?.stage.kind !== 'failed') throw new SottoError('not_found')
  const outbox = replaced(room.outbox, message, (item) => ({ ...item, stage: { kind: 'queued' } }))
  return stepped({ ...room, outbox }, { told: [{ kind: 'outbox', messages: [message] }] })
}

/** @throws SottoError `not_found` unless the message failed: what may be on its way cannot be taken back */
export const discardItem = (room: RoomState, message: Uint8Array): Stepped => {
  if (outboxItem(room, message)?.stage.kind !== 'failed') throw new SottoError('not_found')
  return withoutItem(room, message, null)
}
