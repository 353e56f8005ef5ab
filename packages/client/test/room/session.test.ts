import { SottoError, toHex } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import {
  begun,
  closedFor,
  failedOnce,
  heldUntil,
  released,
  releasedAt,
  rested,
  sessionAtFirst,
  invalidated,
} from '../../src/room/session.ts'
import {
  departed,
  pendingId,
  promisedFor,
  reconnected,
  sendingAtFirst,
  settledWith,
} from '../../src/room/sending.ts'
import { emptyRoom, type RoomState } from '../../src/room/state.ts'

const id = new Uint8Array(16).fill(7)
const name = toHex(id)
const promise = { seq: 4, timeMs: 1, hash: id, counter: 2 }
const stage = { kind: 'encrypted', epoch: 1, counter: 2, bytes: id } as const
const item = { order: 0, message: id, content: id, composedMs: 0, stage, hashes: [] }
const sent: RoomState = { ...emptyRoom(id, { kind: 'active' }), outbox: [item] }
const shown: RoomState = { ...sent, outbox: [] }

describe('what was sent', () => {
  const acknowledged = promisedFor(departed(sendingAtFirst, [name]), name, promise)

  it('is under way and promised until the log shows it', () => {
    expect(acknowledged.underWay.has(name)).toBe(true)
    expect(settledWith(acknowledged, sent, { ...sent }).promised.has(name)).toBe(true)
    const settled = settledWith(acknowledged, sent, shown)
    expect([...settled.underWay, ...settled.promised.keys()]).toEqual([])
  })

  it('is sent again on a new line, and forgotten where the log shows it first', () => {
    const again = reconnected(acknowledged, null)
    expect(again.underWay.has(name)).toBe(false)
    expect(settledWith(again, sent, shown).promised.size).toBe(0)
  })

  it('counts no more where it is encrypted anew', () => {
    const queued: RoomState = { ...sent, outbox: [{ ...item, stage: { kind: 'queued' } }] }
    const settled = settledWith(acknowledged, sent, queued)
    expect([...settled.underWay, ...settled.promised.keys()]).toEqual([])
  })

  it('leaves alone a commit that is on its way', () => {
    const both = departed(acknowledged, [pendingId])
    expect([...settledWith(both, sent, shown).underWay]).toEqual([pendingId])
  })
})

describe('a room at work', () => {
  it('decides once more for what has happened meanwhile, and not for what has failed', () => {
    const working = invalidated(begun(sessionAtFirst))
    expect(working.work).toMatchObject({ kind: 'working', again: true })
    expect(failedOnce(working).work).toEqual({ kind: 'working', failures: 1, again: false })
    expect(rested(failedOnce(working)).work).toEqual({ kind: 'resting', failures: 1 })
  })

  it('begins nothing after its end', () => {
    const reason = new SottoError('closed')
    const closed = closedFor(sessionAtFirst, reason)
    for (const step of [begun, invalidated, rested, failedOnce, released])
      expect(step(closed).work).toEqual({ kind: 'closed', reason })
  })

  it('holds back for the longest time that it was asked to', () => {
    const held = heldUntil(heldUntil(sessionAtFirst, 'allMs', 50), 'allMs', 20)
    expect(releasedAt(held, 'allMs', 20)).toBe(held)
    expect(releasedAt(held, 'allMs', 50).hold.allMs).toBe(0)
    expect(released(held).hold).toEqual({ allMs: 0, messagesMs: 0 })
  })
})
