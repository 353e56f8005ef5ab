import { limits } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { makeMemoryBudget } from '../src/budget/memory.ts'
import { makeIncoming } from '../src/live/incoming.ts'

/** A socket whose frames come however fast they like, and a clock that stands. */
const setUp = (changes: Partial<Record<keyof typeof limits, number>> = {}) => {
  const bounds = { ...limits, framesPerSecond: 20, frameBurst: 40, ...changes }
  const clock = { time: 1_000_000, nowMs: () => clock.time }
  const memory = makeMemoryBudget(bounds)
  const lease = memory.open('10.0.0.1')
  const taken: number[] = []
  const inFlight: (() => void)[] = []
  const world = { isPaused: false, backlogBytes: 0, takesTime: false }
  const incoming = makeIncoming({
    webSocket: { pause: () => (world.isPaused = true), resume: () => (world.isPaused = false) },
    lease,
    clock,
    limits: bounds,
    backlogBytes: () => world.backlogBytes,
    handle: (frame) => {
      taken.push(frame[0] ?? -1)
      return world.takesTime ? new Promise((resolve) => inFlight.push(resolve)) : null
    },
  })
  const send = (count: number, bytes = 1): void => {
    for (let i = 0; i < count; i++) incoming.receive(new Uint8Array(bytes).fill(i))
  }
  const answerAll = (): void => inFlight.splice(0).forEach((answer) => answer())
  return { incoming, world, clock, memory, lease, taken, inFlight, send, answerAll }
}

describe('the frames of a socket', () => {
  it('LIVE-8 are taken up to the burst at once; what was read already beyond it waits, in order, until there is a rate for it', async () => {
    const { world, clock, taken, send } = setUp()
    send(40)
    expect(taken.length).toBe(40)
    expect(world.isPaused).toBe(false)
    send(10)
    expect(taken.length).toBe(40)
    expect(world.isPaused).toBe(true)
    clock.time += 150
    await expect.poll(() => taken.length).toBe(43)
    expect(world.isPaused).toBe(true)
    clock.time += 1000
    await expect.poll(() => taken.length).toBe(50)
    expect(taken.slice(40)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(world.isPaused).toBe(false)
  })

  it('wait while as many as may be are in flight', async () => {
    const { world, taken, send, answerAll } = setUp({ framesInFlightPerSocketMax: 4, frameBurst: 1000 })
    world.takesTime = true
    send(6)
    expect(taken.length).toBe(4)
    expect(world.isPaused).toBe(true)
    answerAll()
    await expect.poll(() => taken.length).toBe(6)
    expect(world.isPaused).toBe(false)
  })

  it('wait while the peer does not read what it is answered', () => {
    const { incoming, world, taken, send } = setUp({ socketBacklogBytesMax: 100 })
    world.backlogBytes = 200
    send(1)
    expect(taken.length).toBe(1)
    world.backlogBytes = 201
    send(1)
    expect(taken.length).toBe(1)
    world.backlogBytes = 0
    incoming.drained()
    expect(taken.length).toBe(2)
  })

  it('wait where there is no room for more, but for one of them, and give back what they held', async () => {
    const { world, lease, taken, send, answerAll } = setUp({
      memoryBytesPerAddressMax: 1000,
      memoryRetryMs: 1,
    })
    world.takesTime = true
    send(3, 600)
    expect(taken).toEqual([0])
    expect(world.isPaused).toBe(true)
    for (const count of [2, 3]) {
      answerAll()
      await expect.poll(() => taken.length).toBe(count)
    }
    answerAll()
    await expect.poll(() => lease.heldBytes).toBe(0)
    expect(world.isPaused).toBe(false)
  })

  it('are taken no more after the end', () => {
    const { incoming, world, taken, send } = setUp()
    send(50)
    incoming.end()
    send(1)
    expect(taken.length).toBe(40)
    expect(world.isPaused).toBe(false)
  })
})
