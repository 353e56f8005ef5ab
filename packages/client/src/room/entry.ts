import { readMessage } from '@sotto/mls'
import { decodeEnvelope, type Envelope, entryKinds, equalBytes, toHex } from '@sotto/protocol'
import type { JudgedEntry } from './judge.ts'
import type { Use } from './uses.ts'

/** What the store knows of earlier entries of the room. */
export interface Past {
  /** First half of the hash of an entry before these; undefined where it is not kept. */
  anchor(seq: number): Uint8Array | undefined
  /** Which devices have used this message id in the room. */
  uses(message: string): readonly Use[]
}

/** An entry with its envelope; undefined where it has none, or one that is not for this room and kind. */
export interface OpenedEntry extends JudgedEntry {
  readonly envelope: Envelope | undefined
}

export const openEntry = (room: Uint8Array, judged: JudgedEntry): OpenedEntry => ({
  ...judged,
  envelope: envelopeOf(room, judged),
})

/** What is said before anything is decrypted; it is authenticated only when the message is. */
const envelopeOf = (room: Uint8Array, { entry, payload }: JudgedEntry): Envelope | undefined => {
  if (!payload) return undefined
  try {
    const header = readMessage(payload)
    if (header.kind !== 'public' && header.kind !== 'private') return undefined
    const envelope = decodeEnvelope(header.authenticatedData)
    return equalBytes(envelope.room, room) && envelope.kind === entry.kind ? envelope : undefined
  } catch {
    return undefined
  }
}

/** What of the past the entries refer to: the runner looks it up before the step. */
export const references = (
  entries: readonly OpenedEntry[],
): { readonly anchors: ReadonlySet<number>; readonly messages: ReadonlySet<string> } => {
  const first = entries[0]?.entry.seq ?? 0
  const anchors = new Set<number>()
  const messages = new Set<string>()
  for (const { entry, envelope } of entries) {
    if (!envelope) continue
    if (envelope.anchorSeq < first) anchors.add(envelope.anchorSeq)
    if (entry.kind === entryKinds.app) messages.add(toHex(envelope.messageId))
  }
  return { anchors, messages }
}
