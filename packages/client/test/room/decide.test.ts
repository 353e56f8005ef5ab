import { beforeAll, describe, expect, it } from 'vitest'
import { decide, flyingMax, type Situation } from '../../src/room/decide.ts'
import { makeSendWindow } from '../../src/room/sendWindow.ts'
import { requeue } from '../../src/room/send.ts'
import { pendingId } from '../../src/room/sending.ts'
import type { OutboxItem, OutboxStage, Pending, RoomState } from '../../src/room/state.ts'
import { limits, toHex } from '@sotto/protocol'
import { roomOf, somebody } from './people.ts'

const item = (order: number, stage: OutboxStage): OutboxItem => ({
  order,
  message: new Uint8Array(16).fill(order),
  content: new Uint8Array([1]),
  composedMs: 0,
  stage,
  hashes: [],
})
const queued = { kind: 'queued' } as const
const encrypted = (epoch: number, counter: number): OutboxStage => ({
  kind: 'encrypted',
  epoch,
  counter,
  bytes: new Uint8Array([2]),
})

describe('what is to be done next', () => {
  let active: RoomState
  beforeAll(async () => {
    const { sides } = await roomOf(await somebody('alice'), await somebody('bob'))
    active = (sides[0] as (typeof sides)[0]).room
  })
  const calm = (): Situation => ({
    online: true,
    synced: true,
    head: active.place.cursor,
    underWay: new Set(),
    holdingBack: false,
    crowdedOut: false,
    window: flyingMax,
    alarmed: false,
    onDuty: true,
    doubted: new Set(),
    together: 64,
    filling: false,
    metaDue: false,
    dead: null,
    clockMs: 0,
    timeMs: 0,
    account: new Uint8Array(32),
  })
  const kinds = (room: RoomState, situation: Partial<Situation> = {}): readonly string[] =>
    decide(room, { ...calm(), ...situation }).map(({ kind }) => kind)
  const invitation = {
    kind: 'invite',
    id: 'i',
    account: new Uint8Array(32),
    keyPackages: [new Uint8Array([1])],
  } as const
  const pending: Pending = {
    kind: 'commit',
    counter: 1,
    message: new Uint8Array([1]),
    messageHash: new Uint8Array(32),
    attachment: null,
    epoch: 1,
    intents: [],
    events: [],
    meta: null,
    staged: null,
  }

  it('nothing, where nothing is wanted or nobody can be reached', () => {
    expect(kinds(active)).toEqual([])
    const busy = { ...active, outbox: [item(0, queued)], intents: [invitation], pending }
    expect(kinds(busy, { online: false })).toEqual([])
    for (const kind of ['removed', 'left', 'absent'] as const)
      expect(kinds({ ...busy, phase: { kind } })).toEqual([])
  })

  it('REC-1: what is missing is read before anything is said', () => {
    const busy = {
      ...active,
      outbox: [item(0, queued), item(1, encrypted(1, 1))],
      intents: [invitation],
      pending,
    }
    expect(kinds(busy, { head: active.place.cursor + 1 })).toEqual(['fetch'])
  })

  it('messages are encrypted and sent, as many as may be under way', () => {
    const outbox = [item(0, encrypted(1, 1)), item(1, encrypted(1, 2)), item(2, queued)]
    expect(decide({ ...active, outbox }, calm())).toEqual([
      { kind: 'submit', items: outbox.slice(0, 2) },
      { kind: 'encrypt', count: flyingMax - 2 },
    ])
    const underWay = new Set([toHex(new Uint8Array(16).fill(0))])
    expect(decide({ ...active, outbox }, { ...calm(), underWay, window: 2 })).toEqual([
      { kind: 'submit', items: [outbox[1]] },
    ])
    expect(kinds({ ...active, outbox: [item(0, { kind: 'failed', code: 'too_large' })] })).toEqual([])
  })

  it('a commit waits for the messages before it, and messages wait for a commit', () => {
    const outbox = [item(0, encrypted(1, 1)), item(1, queued)]
    expect(kinds({ ...active, intents: [invitation], outbox })).toEqual(['submit'])
    expect(kinds({ ...active, intents: [invitation], outbox: [item(1, queued)] })).toEqual(['commit'])
    expect(kinds({ ...active, pending, outbox })).toEqual(['submit_pending'])
    expect(kinds({ ...active, pending, outbox }, { underWay: new Set([pendingId]) })).toEqual([])
  })

  it('where there is no space for messages they wait, and whoever is to go is taken out, or goes', () => {
    const outbox = [item(0, encrypted(1, 1)), item(1, queued)]
    const crowded = { crowdedOut: true }
    expect(kinds({ ...active, outbox }, crowded)).toEqual([])
    expect(kinds({ ...active, intents: [invitation], outbox }, crowded)).toEqual(['commit'])
    expect(kinds({ ...active, pending, outbox }, crowded)).toEqual(['submit_pending'])
    expect(kinds({ ...active, phase: { kind: 'leaving' }, outbox }, crowded)).toEqual(['propose_leave'])
  })

  it('nothing is said where somebody is not who it was, or may have been revoked, or while the server asks for patience', () => {
    const outbox = [item(0, queued)]
    expect(kinds({ ...active, outbox }, { alarmed: true })).toEqual([])
    expect(kinds({ ...active, outbox }, { synced: false })).toEqual([])
    expect(kinds({ ...active, outbox }, { dead: 'revoked', onDuty: false })).toEqual([])
    expect(kinds({ ...active, outbox }, { holdingBack: true })).toEqual([])
  })

  it('CL-11: the own keys are renewed after 1,000 messages or 7 days for whoever speaks, after 30 days for whoever is silent', () => {
    const dayMs = 86_400_000
    const outbox = [item(0, queued)]
    const { place } = active
    const at = (days: number, messages: number): RoomState => ({
      ...active,
      place: { ...place, leafMs: 0, leafCounter: 0, sendCounter: messages, timeMs: days * dayMs },
    })
    const next = (room: RoomState): readonly string[] => kinds(room, { timeMs: room.place.timeMs })
    expect(next({ ...at(7, 999), outbox })).toEqual(['encrypt'])
    expect(next({ ...at(0, 1000), outbox })).toEqual(['commit'])
    expect(next({ ...at(7.1, 0), outbox })).toEqual(['commit'])
    expect(next(at(29, 2000))).toEqual([])
    expect(next(at(30.1, 0))).toEqual(['commit'])
  })

  it('a frozen room tells why, once, and does nothing else', () => {
    const nack = { seq: 3, rule: 'C2', message: new Uint8Array(16) }
    const before = { kind: 'active' } as const
    const phase = { kind: 'frozen', code: 'policy', rule: 'C2', nack, before } as const
    const busy = { ...active, outbox: [item(0, queued)], intents: [invitation] }
    expect(kinds({ ...busy, phase }, { head: 99 })).toEqual(['nack'])
    expect(kinds({ ...busy, phase: { ...phase, nack: null } }, { head: 99 })).toEqual([])
  })

  it('a room made here is opened on the server, and one that is left asks to be let go', () => {
    const none = new Uint8Array()
    expect(
      kinds({ ...active, phase: { kind: 'creating', groupInfo: none, tree: none, meta: none } }),
    ).toEqual(['create'])
    expect(kinds({ ...active, phase: { kind: 'leaving' }, outbox: [item(0, queued)] })).toEqual([
      'propose_leave',
    ])
  })
})

describe('what can never be accepted is encrypted again', () => {
  it('and nothing else is touched', () => {
    const outbox = [
      item(0, encrypted(1, 1)),
      item(1, encrypted(2, 2)),
      item(2, queued),
      item(3, { kind: 'failed', code: 'rate' }),
    ]
    const again = requeue(outbox, ({ stage }) => stage.kind === 'encrypted' && stage.epoch < 2)
    expect(again.map(({ stage }) => stage.kind)).toEqual(['queued', 'encrypted', 'queued', 'failed'])
    expect(again[1]).toBe(outbox[1])
    expect(requeue(outbox, () => false)).toBe(outbox)
  })
})

describe('the send window', () => {
  it('goes one by one where the patience of the server may end', () => {
    const sendWindow = makeSendWindow()
    expect(sendWindow.size(0)).toBe(flyingMax)
    sendWindow.sent(limits.messageBurst, 0)
    expect(sendWindow.size(0)).toBe(1)
    expect(sendWindow.size(400)).toBe(1)
    expect(sendWindow.size(3000)).toBe(flyingMax)
    sendWindow.slowDown(10_000)
    expect(sendWindow.size(10_000)).toBe(1)
    expect(sendWindow.size(60_000)).toBe(flyingMax)
  })
})
