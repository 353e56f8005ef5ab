import { type Appended, type BusEvent } from '../bus/bus.ts'
import { wireFrame } from './wire.ts'

type AppendedEvent = BusEvent & { readonly kind: 'appended' }

/** What fits into one frame of `entries`. */
const entriesMax = 64
const bytesMax = 1024 * 1024

const bytesOf = ({ message }: Appended): number =>
  message.entry.length + (message.payload?.length ?? 0) + (message.aux?.length ?? 0)

function* pieces(entries: readonly Appended[]): Generator<readonly Appended[]> {
  let piece: Appended[] = []
  let bytes = 0
  for (const entry of entries) {
    const isFull = piece.length >= entriesMax || bytes + bytesOf(entry) > bytesMax
    if (piece.length > 0 && isFull) {
      yield piece
      piece = []
      bytes = 0
    }
    piece.push(entry)
    bytes += bytesOf(entry)
  }
  if (piece.length > 0) yield piece
}

const encoded = new WeakMap<AppendedEvent, readonly Buffer[]>()

/** The frames that tell of new entries: encoded for the first socket, and the same bytes for all others. */
export const pushFrames = (event: AppendedEvent): readonly Buffer[] => {
  const known = encoded.get(event)
  if (known) return known
  const frames = [...pieces(event.entries)].map((piece) =>
    wireFrame({
      kind: 'entries',
      room: event.room,
      messages: piece.map(({ message }) => message),
      ack: (piece.at(-1) as Appended).ack,
    }),
  )
  encoded.set(event, frames)
  return frames
}
