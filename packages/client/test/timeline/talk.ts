import { encodeCanonical, decodeCanonical, toHex } from '@sotto/protocol'
import { readContent, type ReadContent } from '../../src/content/content.ts'
import { encodeText } from '../../src/content/text/text.ts'
import { messageReference } from '../../src/content/payload.ts'
import type { Store } from '../../src/ports/store.ts'
import { roomKeys } from '../../src/room/keys.ts'
import { encodeUses } from '../../src/room/uses.ts'
import { lookUp } from '../../src/timeline/lookUp.ts'
import { type PlacedRecord, project, type Projected, wantedBy } from '../../src/timeline/project.ts'
import { encodeLogRecord, type RecordedItem } from '../../src/timeline/record.ts'
import type { TargetOf } from '../../src/timeline/target.ts'

/** A log that nobody has encrypted, for what is folded out of it. */
export const roomId = new Uint8Array(16).fill(0xab)
export const room = toHex(roomId)

const numbered = (bytes: number, value: number): Uint8Array => {
  const id = new Uint8Array(bytes)
  new DataView(id.buffer).setUint32(0, value)
  return id
}
export const accountOf = (who: number): Uint8Array => numbered(32, who + 1)
export const deviceOf = (who: number): Uint8Array => numbered(16, who + 1)
export const messageOf = (seq: number): Uint8Array => numbered(16, seq)
const saltOf = (seq: number): Uint8Array => numbered(16, seq)

export const itemIdOf = (who: number, seq: number): string =>
  `${toHex(deviceOf(who))}.${toHex(messageOf(seq))}`

/** What a member says: a text, or cheers for what somebody has said or will say at another place. */
export type Word =
  | { readonly kind: 'text'; readonly who: number }
  | {
      readonly kind: 'cheer'
      readonly who: number
      readonly of: number
      readonly cheer: string
      readonly isOn: boolean
    }
  /** Nothing to show. */
  | { readonly kind: 'silence' }

const textAt = (seq: number): Uint8Array => encodeText(`message ${seq}`, saltOf(seq), seq)

export const referenceOf = (who: number, seq: number, where = roomId): Uint8Array =>
  messageReference(where, accountOf(who), textAt(seq))

export const cheerContent = (seq: number, reference: Uint8Array, cheer: string, isOn = true): Uint8Array =>
  encodeCanonical({ t: 'cheer', salt: saltOf(seq), ts: seq, ref: reference, cheer, on: isOn })

/** As a content type would say what it is about. */
export const cheersFor: TargetOf = ({ bytes, content }) => {
  if (content.kind !== 'unsupported' || content.type !== 'cheer') return undefined
  const { ref, cheer } = decodeCanonical(bytes) as { ref: Uint8Array; cheer: string }
  return { reference: ref, key: cheer }
}

export const isOn = ({ bytes }: ReadContent): boolean => (decodeCanonical(bytes) as { on: boolean }).on

const recordOf = (seq: number, items: readonly RecordedItem[]): PlacedRecord => ({
  seq,
  record: { anchor: new Uint8Array(16), timeMs: seq * 10, items },
})

export const said = (seq: number, who: number, content: Uint8Array, message = messageOf(seq)): PlacedRecord =>
  recordOf(seq, [
    {
      kind: 'message',
      message,
      device: deviceOf(who),
      account: accountOf(who),
      said: readContent(content),
    },
  ])

/** The log of what is said, one entry a word; who says a text is told by the word at its place. */
export const logOf = (words: readonly Word[]): readonly PlacedRecord[] =>
  words.map((word, seq) => {
    switch (word.kind) {
      case 'text':
        return said(seq, word.who, textAt(seq))
      case 'cheer': {
        const target = words[word.of]
        const author = target && target.kind !== 'silence' ? target.who : 99
        return said(seq, word.who, cheerContent(seq, referenceOf(author, word.of), word.cheer, word.isOn))
      }
      case 'silence':
        return recordOf(seq, [])
    }
  })

/** One transaction of what `receive` writes for these entries. */
export const append = async (
  store: Store,
  entries: readonly PlacedRecord[],
  about: TargetOf = cheersFor,
): Promise<Projected> => {
  const known = await lookUp(store, room, wantedBy(entries, about))
  const projected = project(roomId, known, entries, { about })
  await store.commit([
    ...entries.map(({ seq, record }) => ({
      kind: 'put' as const,
      key: roomKeys.logEntry(room, seq),
      value: encodeLogRecord(record),
    })),
    ...entries.flatMap(({ seq, record }) =>
      record.items.flatMap((item) =>
        item.kind === 'message'
          ? [
              {
                kind: 'put' as const,
                key: roomKeys.knownMessage(room, toHex(item.message)),
                value: encodeUses([{ device: toHex(item.device), seq }]),
              },
            ]
          : [],
      ),
    ),
    ...projected.changes,
  ])
  return projected
}
