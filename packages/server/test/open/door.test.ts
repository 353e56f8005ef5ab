import { limits } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { makeMemoryBudget } from '../../src/budget/memory.ts'
import { makeDoor } from '../../src/open/edge/door.ts'

/** A door before a line whose backlog the test sets. */
const setUp = (changes: Partial<Record<keyof typeof limits, number>> = {}) => {
  const bounds = { ...limits, socketBacklogBytesMax: 1000, ...changes }
  const memory = makeMemoryBudget(bounds)
  const line = { backlog: 0, written: (): void => {} }
  const sent: (readonly [string, unknown])[] = []
  const lost = { count: 0 }
  const reserve = memory.open('10.0.0.1')
  const door = makeDoor({
    line: {
      lease: memory.open('10.0.0.1'),
      backlogBytes: () => line.backlog,
      whenArrived: () => {},
      onWritten: (listener) => void (line.written = listener),
    },
    reserve,
    limits: bounds,
    send: (event, payload) => sent.push([event, payload]),
    onLost: () => lost.count++,
  })
  const drain = (toBytes: number): void => {
    line.backlog = toBytes
    line.written()
  }
  return { door, line, sent, lost, reserve, drain, memory }
}

describe('the door of a socket', () => {
  it('tells everything up to the bound of what waits; past it only where something happened, and that once it is read', () => {
    const { door, line, sent, drain } = setUp()
    line.backlog = 1000
    door.tell('new_message', { room_id: 7, id: 1 })
    expect(sent).toEqual([['new_message', { room_id: 7, id: 1 }]])
    line.backlog = 1001
    for (let id = 2; id < 500; id++) door.tell('new_message', { room_id: 7, id })
    door.tell('rekey_required', { chat_id: 'c' })
    door.tell('user_online', { username: 'Bob' })
    door.emit('error', { code: 'RATE_LIMITED' })
    expect(sent.slice(1)).toEqual([['error', { code: 'RATE_LIMITED' }]])
    drain(1001)
    expect(sent.length).toBe(2)
    drain(400)
    expect(sent.slice(2)).toEqual([['behind', { rooms: [7], chats: ['c'] }]])
    door.tell('new_message', { room_id: 7, id: 500 })
    expect(sent.at(-1)).toEqual(['new_message', { room_id: 7, id: 500 }])
  })

  it('is behind, too, when the address holds too much elsewhere', () => {
    const { door, line, sent, memory } = setUp({ memoryBytesPerAddressMax: 10_000 })
    memory.open('10.0.0.1').take(9900)
    line.backlog = 200
    door.tell('new_message', { room_id: 7 })
    expect(sent).toEqual([])
    line.backlog = 0
    door.emit('x', {})
    expect(sent.length).toBe(1)
  })

  it('gives up a socket that has missed more than can be said', () => {
    const { door, line, lost } = setUp({ openListedMax: 3 })
    line.backlog = 2000
    for (let room = 1; room <= 3; room++) door.tell('new_message', { room_id: room })
    expect(lost.count).toBe(0)
    door.tell('new_message', { room_id: 4 })
    expect(lost.count).toBe(1)
  })

  it('lets answers and letters in one after the other, when there is room for them', async () => {
    const { door, line, drain, reserve } = setUp({ memoryBytesPerAddressMax: 5000, memoryRetryMs: 1 })
    line.backlog = 1001
    const opened: string[] = []
    const first = door.whenOpen(4000).then((done) => (opened.push('first'), done))
    const second = door.whenOpen(4000).then((done) => (opened.push('second'), done))
    await Promise.resolve()
    expect(opened).toEqual([])
    drain(0)
    const done = await first
    expect(opened).toEqual(['first'])
    expect(reserve.heldBytes).toBe(4000)
    done()
    await second
    expect(opened).toEqual(['first', 'second'])
  })
})
