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
import { everyReading, readableIn } from '../database/readings.ts'
import type { Change, Store } from '../ports/store.ts'
import type { OpenedEntry } from './entry.ts'
import { roomKeys } from './keys.ts'

/**
 * The newest entries of a room as the server sent and signed them. If it loses them, this device hands them back
 * (REC-5); if it denies them, they are the evidence. How many of them stay, `rawKeeper` decides.
 */
export const rawRow = struct({
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
    value: encodeAs(rawRow, { entry: bytes, payload, ack: ack.seq === entry.seq ? ack : null }),
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
  const bounds = { from: roomKeys.rawEntry(room, from), to: roomKeys.rawEntry(room, to + 1) }
  const messages: LoggedMessage[] = []
  let stretch: RawStretch | undefined
  let sizeBytes = 0
  for await (const reading of everyReading(store, bounds, limits.logPageEntriesMax)) {
    // What cannot be read is missing, and others may have it.
    const raw = reading.kind === 'row' ? readableIn(() => decodeAs(rawRow, reading.value)) : undefined
    if (!raw || roomKeys.logSeq(reading.key) !== from + messages.length) break
    sizeBytes += reading.kind === 'row' ? reading.value.length : 0
    if (sizeBytes > limits.logPageBytesMax || messages.length === limits.logPageEntriesMax) break
    messages.push({ entry: raw.entry, payload: raw.payload, aux: null })
    if (raw.ack) stretch = { messages: [...messages], ack: raw.ack }
  }
  return stretch
}
