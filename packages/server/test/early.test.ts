import { describe, expect, it } from 'vitest'
import type { BusEvent } from '../src/bus/bus.ts'
import { makeEarlyEvents } from '../src/live/early.ts'

const room = (n: number): Uint8Array => new Uint8Array(16).fill(n)

const appended = (n: number, seq: number): BusEvent => ({
  kind: 'appended',
  room: room(n),
  entries: [
    {
      message: { entry: new Uint8Array(10_000), payload: null, aux: null },
      ack: { room: room(n), seq, hash: new Uint8Array(), timeMs: 0, signature: new Uint8Array() },
    },
  ],
})

describe('what happens while a socket is greeted', () => {
  it('is kept as the last place of each room, however much is written there', () => {
    const early = makeEarlyEvents(2)
    for (let seq = 1; seq <= 1000; seq++) expect(early.note(appended(1, seq))).toBe(true)
    expect(early.note({ kind: 'welcome', room: room(2), device: room(9) })).toBe(true)
    expect([...early.events]).toEqual([
      { kind: 'returned', room: room(1), head: 1000 },
      { kind: 'welcome', room: room(2), device: room(9) },
    ])
  })

  it('is refused at one thing more than may be kept, and taken where it replaces one', () => {
    const early = makeEarlyEvents(2)
    expect([appended(1, 1), appended(2, 1), appended(3, 1), appended(2, 2)].map(early.note)).toEqual([
      true,
      true,
      false,
      true,
    ])
  })

  it('keeps the last of joining and leaving', () => {
    const early = makeEarlyEvents(10)
    for (const kind of ['joined', 'left', 'joined'] as const)
      early.note({ kind, room: room(1), device: room(9) })
    expect([...early.events].map(({ kind }) => kind)).toEqual(['joined'])
  })
})
