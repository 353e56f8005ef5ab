import type { Duplex } from 'node:stream'
import type { ServerFrame } from '@sotto/protocol'
import type { Lease } from '../budget/memory.ts'
import { keyOf, type News, shortFrame } from './news.ts'
import { pushFrames } from './push.ts'
import { wireFrame } from './wire.ts'

/** What waits to be written to one socket. */
export interface Outgoing {
  /** An answer to something the socket asked: always written. How many there can be is bounded by who asks. */
  answer(frame: Buffer): void
  /** What the socket did not ask for: written while it keeps up, else only the last of each key is remembered, in short. */
  push(news: News): void
  /** Writes what waits now. */
  flush(): void
  backlogBytes(): number
}

/** A slow socket is told where its rooms are and reads the log by page: what waits for it stays bounded. */
type Flow =
  | { readonly kind: 'flowing' }
  | { readonly kind: 'behind'; readonly missed: Map<string, ServerFrame> }

interface Options {
  readonly socket: Duplex
  readonly backlogBytesMax: number
  /** Holds what waits. */
  readonly lease: Lease
  /** Asks for a `flush` at the end of the tick. */
  schedule(outgoing: Outgoing): void
  /** The socket could not keep up. */
  onBehind(): void
  /** Everything that waited has been written. */
  onDrained(): void
}

/** Below this the pieces are copied together; above, handed to the system side by side. */
const copyBytesMax = 32 * 1024

const bytesOf = (frames: readonly Buffer[]): number => frames.reduce((sum, frame) => sum + frame.length, 0)

export const makeOutgoing = ({
  socket,
  backlogBytesMax,
  lease,
  schedule,
  onBehind,
  onDrained,
}: Options): Outgoing => {
  let pending: Buffer[] = []
  let pendingBytes = 0
  let flow: Flow = { kind: 'flowing' }

  const backlogBytes = (): number => socket.writableLength + pendingBytes

  const hasRoomFor = (bytes: number): boolean => {
    if (backlogBytes() + bytes > backlogBytesMax || !lease.tryTake(bytes)) return false
    lease.give(bytes)
    return true
  }

  const enqueue = (frame: Buffer): void => {
    if (pending.length === 0) schedule(outgoing)
    pending.push(frame)
    pendingBytes += frame.length
    lease.keep(backlogBytes())
  }

  const written = (): void => {
    lease.keep(backlogBytes())
    if (backlogBytes() > 0) return
    if (flow.kind === 'behind') {
      const { missed } = flow
      flow = { kind: 'flowing' }
      for (const frame of missed.values()) enqueue(wireFrame(frame))
    }
    onDrained()
  }

  const outgoing: Outgoing = {
    answer: enqueue,
    push: (news) => {
      const frames = pushFrames(news)
      if (flow.kind === 'flowing' && !hasRoomFor(bytesOf(frames))) {
        // Too large to be pushed to anybody, or too much for this socket: in both cases the log has it.
        if (backlogBytes() === 0) return enqueue(wireFrame(shortFrame(news)))
        flow = { kind: 'behind', missed: new Map() }
        onBehind()
      }
      switch (flow.kind) {
        case 'flowing':
          for (const frame of frames) enqueue(frame)
          return
        case 'behind':
          flow.missed.set(keyOf(news), shortFrame(news))
      }
    },
    flush: () => {
      if (pending.length === 0 || socket.destroyed) return
      const frames = pending
      const bytes = pendingBytes
      pending = []
      pendingBytes = 0
      if (frames.length === 1 || bytes <= copyBytesMax) {
        socket.write(frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames, bytes), written)
        return
      }
      socket.cork()
      for (const [at, frame] of frames.entries())
        if (at === frames.length - 1) socket.write(frame, written)
        else socket.write(frame)
      socket.uncork()
    },
    backlogBytes,
  }
  return outgoing
}
