import {
  type Acknowledgement,
  acknowledgement,
  blob,
  decodeAs,
  encodeAs,
  limits,
  type LoggedMessage,
  nullable,
  struct,
} from '@sotto/protocol'
import type { Change, Store } from '../ports/store.ts'
import type { OpenedEntry } from './entry.ts'
import { roomKeys } from './keys.ts'

/**
 * The newest entries of a room as the server sent and signed them. If it loses them, this device hands them back
 * (protocol §9.4); if it denies them, they are the evidence. How many of them stay, `rawKeeper` decides.
 */
const row = struct({
  entry: blob(512),
  payload: nullable(blob(limits.commitBytesMax)),
  /** The server's signature, where a page ended here. */
  ack: nullable(acknowledgement),
})

/** @param ack that of the newest entry told; kept where it is of one of these */
export const rawChanges = (
  room: string,
  entries: readonly OpenedEntry[],
  ack: Acknowledgement,
): readonly Change[] =>
  entries.map(({ entry, bytes, payload }) => ({
    kind: 'put',
    key: roomKeys.rawEntry(room, entry.seq),
    value: encodeAs(row, { entry: bytes, payload, ack: ack.seq === entry.seq ? ack : null }),
  }))

export interface RawStretch {
  readonly messages: readonly LoggedMessage[]
  readonly ack: Acknowledgement
}

/**
 * The entries from `from` to the last one at or before `to` of which the signature is kept; undefined where one of
 * them is missing.
 */
export const rawStretch = async (
  store: Store,
  room: string,
  from: number,
  to: number,
): Promise<RawStretch | undefined> => {
  const found = await store.range(roomKeys.rawEntry(room, from), roomKeys.rawEntry(room, to + 1), {
    limit: limits.logPageEntriesMax,
  })
  const messages: LoggedMessage[] = []
  let stretch: RawStretch | undefined
  let sizeBytes = 0
  for (const { key, value } of found) {
    if (roomKeys.logSeq(key) !== from + messages.length) break
    sizeBytes += value.length
    if (sizeBytes > limits.logPageBytesMax) break
    const { entry, payload, ack } = decodeAs(row, value)
    messages.push({ entry, payload, aux: null })
    if (ack) stretch = { messages: [...messages], ack }
  }
  return stretch
}
