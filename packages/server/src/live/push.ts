import type { Appended } from '../bus/bus.ts'
import { type News, shortFrame } from './news.ts'
import { wireFrame } from './wire.ts'

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

const framesOf = (news: News): readonly Buffer[] =>
  news.kind === 'appended'
    ? [...pieces(news.entries)].map((piece) =>
        wireFrame({
          kind: 'entries',
          room: news.room,
          messages: piece.map(({ message }) => message),
          ack: (piece.at(-1) as Appended).ack,
        }),
      )
    : [wireFrame(shortFrame(news))]

const encoded = new WeakMap<News, readonly Buffer[]>()

/** The frames that tell of news: encoded for the first socket, and the same bytes for all others. */
export const pushFrames = (news: News): readonly Buffer[] => {
  const known = encoded.get(news)
  if (known) return known
  const frames = framesOf(news)
  encoded.set(news, frames)
  return frames
}
