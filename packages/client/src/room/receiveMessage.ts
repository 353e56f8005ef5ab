import { leafAt, process } from '@sotto/mls'
import { anchorHashBytes, type Envelope, equalBytes, toHex } from '@sotto/protocol'
import { identityOf } from '@sotto/trust'
import { type ReadContent, readContent } from '../content/content.ts'
import type { ReceivedMessage } from '../content/contentType.ts'
import { decodePayload } from '../content/payload.ts'
import { contentTypeOf } from '../content/registry.ts'
import { attempt } from './attempt.ts'
import { type Desk, type Ending, stopped, missed, passed, secondsOf, unreadable } from './desk.ts'
import type { OpenedEntry } from './entry.ts'
import { enterRepair } from './repair.ts'
import type { OutboxItem, RoomState } from './state.ts'
import type { Tools } from './tools.ts'
import { isUsedBy } from './uses.ts'

/** A message in the log (CL-3, CL-5): its text, or what stands in its place. */
export const receiveMessage = async (tools: Tools, desk: Desk, judged: OpenedEntry): Promise<Ending> => {
  const { entry, payload, envelope } = judged
  const own = ownItem(desk.room, entry.payloadHash)
  if (own) return receiveOwn(tools, desk, own, judged)
  // A tombstone has taken the payload: there was a message, and there is none.
  if (!payload) return passed()
  const { group } = desk.room
  if (!group) return withoutKey(tools, desk, judged)
  if (!envelope) return unreadable

  const read = await opened(tools, desk, judged, payload)
  if (read.kind === 'needs') return read
  if (read.kind !== 'application') return isOwnTag(desk.room, judged) ? missed('own') : unreadable
  if (!anchorHolds(desk, envelope, entry.seq)) return stopped('fork')
  const isStray = read.sender === group.ownLeaf
  // Signed with our key and unknown here: this device has been set back. It reads what it has said, and says no more.
  if (isStray && desk.room.phase.kind !== 'repairing') desk.room = enterRepair(desk.room, 'client_rollback')
  // The sender is known now, and the ratchet has moved: the generation is used up, whatever was in it.
  desk.room = { ...desk.room, group: read.group }
  desk.consumed.push(...read.consumed)
  const leaf = leafAt(group.public.tree, read.sender)
  const sender = leaf && identityOf(leaf)
  const said = sender && contentOf(read.data)
  if (!said) return unreadable
  if (isStray) settleByName(desk, envelope)
  const { messageId: message } = envelope
  if (isRepeated(desk, judged, message, sender.device)) return passed()
  return heed(
    tools,
    desk,
    { message, device: sender.device, account: sender.account, said },
    judged.entry.timeMs,
  )
}

const opened = async (tools: Tools, { room, reading }: Desk, { entry }: OpenedEntry, payload: Uint8Array) => {
  const { group } = room
  const tried = await attempt(tools, secondsOf(entry.timeMs), reading.asked, async (engine) =>
    group ? process(engine, group, payload, { own: 'opened' }) : undefined,
  )
  if (tried.kind !== 'done') return tried
  return tried.value ?? ({ kind: 'refused' } as const)
}

/**
 * While the keys are lost, what is said is noted as missed. Only what stands in the own outbox under the same name is
 * known all the same.
 */
const withoutKey = async (tools: Tools, desk: Desk, judged: OpenedEntry): Promise<Ending> => {
  if (!isOwnTag(desk.room, judged)) return missed('absent')
  const own = desk.room.outbox.find(({ message }) => isNamed(judged.envelope, message))
  return own ? receiveOwn(tools, desk, own, judged) : missed('own')
}

const isNamed = (envelope: Envelope | undefined, message: Uint8Array): boolean =>
  envelope !== undefined && equalBytes(envelope.messageId, message)

/** Whether the server says that the entry comes from this device. */
export const isOwnTag = ({ place }: RoomState, { entry }: OpenedEntry): boolean =>
  place.tag !== null && equalBytes(entry.senderTag, place.tag)

/** What this device had said before it was set back need not be said again. */
const settleByName = (desk: Desk, envelope: Envelope): void => {
  const { outbox } = desk.room
  if (!outbox.some(({ message }) => isNamed(envelope, message))) return
  desk.room = { ...desk.room, outbox: outbox.filter(({ message }) => !isNamed(envelope, message)) }
}

/** Notes that this device has used the id; true if it had before (CL-1: the second entry is dropped). */
const isRepeated = (desk: Desk, { entry }: OpenedEntry, message: Uint8Array, device: Uint8Array): boolean => {
  const id = toHex(message)
  const by = toHex(device)
  const before = desk.uses.get(id) ?? desk.reading.past.uses(id)
  if (isUsedBy(before, by)) return true
  desk.uses.set(id, [...before, { device: by, seq: entry.seq }])
  return false
}

export const ownItem = ({ outbox }: RoomState, payloadHash: Uint8Array): OutboxItem | undefined =>
  outbox.find(({ hashes }) => hashes.some((hash) => equalBytes(hash, payloadHash)))

/** Own words are not decrypted: they were kept when they were sent. */
const receiveOwn = async (
  tools: Tools,
  desk: Desk,
  item: OutboxItem,
  judged: OpenedEntry,
): Promise<Ending> => {
  desk.room = { ...desk.room, outbox: desk.room.outbox.filter((other) => other !== item) }
  if (isRepeated(desk, judged, item.message, tools.device)) return passed()
  const { device, account } = tools
  return heed(
    tools,
    desk,
    { message: item.message, device, account, said: readContent(item.content) },
    judged.entry.timeMs,
  )
}

/** What somebody has said to people is shown; what clients tell each other is heeded. */
const heed = async (tools: Tools, desk: Desk, message: ReceivedMessage, timeMs: number): Promise<Ending> => {
  const { content } = message.said
  const receive = contentTypeOf(content.kind)?.receive
  return receive ? receive(tools, desk, message, content, timeMs) : passed({ kind: 'message', ...message })
}

/**
 * Another member has seen another log than this device: somebody is being lied to (LOG-6). Whoever speaks in an
 * epoch has read the commit that began it, so nobody's anchor lies before the entry with which this device came in.
 */
export const anchorHolds = (desk: Desk, { anchorSeq, anchorHash }: Envelope, seq: number): boolean => {
  const known = desk.anchors.get(anchorSeq) ?? desk.reading.past.anchor(anchorSeq)
  return (
    anchorSeq < seq &&
    anchorSeq >= desk.room.place.from &&
    // Of a room that was deleted the hashes are gone, too, and nobody is shown what comes.
    (known ? equalBytes(known.subarray(0, anchorHashBytes), anchorHash) : desk.room.phase.kind === 'parting')
  )
}

const contentOf = (data: Uint8Array): ReadContent | undefined => {
  try {
    return readContent(decodePayload(data))
  } catch {
    return undefined
  }
}
