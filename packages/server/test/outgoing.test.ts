import { Duplex } from 'node:stream'
import { decodeServerFrame, limits, type ServerFrame } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { makeMemoryBudget } from '../src/budget/memory.ts'
import type { News } from '../src/live/news.ts'
import { makeOutgoing } from '../src/live/outgoing.ts'

const id = (n: number): Uint8Array => new Uint8Array(16).fill(n)
const account = (n: number): Uint8Array => new Uint8Array(32).fill(n)

/** Of frames that are shorter than 126 bytes. */
const framesIn = (chunks: readonly Buffer[]): readonly ServerFrame[] => {
  const bytes = Buffer.concat(chunks)
  const frames: ServerFrame[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 2 + (bytes[at + 1] ?? 0)
    frames.push(decodeServerFrame(new Uint8Array(bytes.subarray(at + 2, end))))
    at = end
  }
  return frames
}

/** A socket whose other side reads nothing until it is told to. */
const slowSocket = () => {
  const chunks: Buffer[] = []
  const world: { taken: (() => void) | null; isReading: boolean } = { taken: null, isReading: false }
  const socket = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk)
      if (world.isReading) done()
      else world.taken = done
    },
  })
  const read = (): void => {
    world.isReading = true
    world.taken?.()
  }
  return { socket, chunks, read }
}

const setUp = () => {
  const { socket, chunks, read } = slowSocket()
  const lease = makeMemoryBudget(limits).open('10.0.0.1')
  const outgoing = makeOutgoing({
    socket,
    backlogBytesMax: 4096,
    lease,
    schedule: (one) => void setImmediate(() => one.flush()),
    onBehind: () => {},
    onDrained: () => {},
  })
  return { outgoing, lease, chunks, read }
}

const unasked: Readonly<Record<string, (n: number) => News>> = {
  'the place of a room that came back': (n) => ({ kind: 'returned', room: id(n % 3), head: n }),
  'somebody who asks to come in': (n) => ({ kind: 'asked', room: id(n % 3), head: n }),
  'the end of a chain': (n) => ({ kind: 'chain_grew', account: account(n % 3), seq: n }),
  'an invitation': (n) => ({ kind: 'welcome', room: id(n % 3), device: id(9) }),
}

describe('what waits for a socket that does not read', () => {
  it.each(Object.entries(unasked))(
    'LIVE-4 stays within the bound when %s is told again and again, and the last of each is told in the end',
    async (_, newsOf) => {
      const { outgoing, lease, chunks, read } = setUp()
      for (let n = 1; n <= 3000; n++) {
        outgoing.push(newsOf(n))
        if (n % 100 === 0) await new Promise(setImmediate)
      }
      expect(outgoing.backlogBytes()).toBeLessThanOrEqual(4096)
      expect(lease.heldBytes).toBeLessThanOrEqual(4096)
      read()
      await expect.poll(() => outgoing.backlogBytes()).toBe(0)
      const last = framesIn(chunks).slice(-3)
      const expected = [2998, 2999, 3000].map((n) => {
        const news = newsOf(n)
        switch (news.kind) {
          case 'returned':
          case 'asked':
            return { kind: 'behind', room: news.room, head: n }
          case 'chain_grew':
            return { kind: 'chain', account: news.account, seq: n }
          default:
            return { kind: 'welcome', room: id(n % 3) }
        }
      })
      expect(last).toHaveLength(3)
      expect(last).toEqual(expect.arrayContaining(expected))
    },
  )
})
