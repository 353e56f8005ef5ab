import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textDraft } from '../../src/draft/draft.ts'
import { moved } from '../../src/room/move.ts'
import {
  type EventKind,
  type PhaseEvent,
  type PhaseKind,
  phaseTable,
  transition,
} from '../../src/room/phase.ts'
import { emptyRoom, type Ended, isEnded, type Phase, type RoomState } from '../../src/room/state.ts'

const id = new Uint8Array(16).fill(7)
const nack = { seq: 7, rule: 'C2', message: id }
const entry = { seq: 4, hash: new Uint8Array(32).fill(1) }
const inviter = new Uint8Array(32).fill(2)

const endings: readonly Ended[] = [
  { kind: 'left' },
  { kind: 'removed' },
  { kind: 'refounded', successor: id },
  { kind: 'absent' },
]
const repairing = { kind: 'repairing', code: 'fork', rule: null, invitedBy: null } as const
const following = [
  { kind: 'active' },
  { kind: 'leaving' },
  ...endings.map((to) => ({ kind: 'parting', to, isDeclined: to.kind === 'absent' }) as const),
  { ...repairing, asked: false, nack: null },
  { ...repairing, asked: true, nack },
] as const

/** Each phase, in every form that the table tells apart. */
const phases: readonly Phase[] = [
  { kind: 'creating', groupInfo: id, tree: id, meta: id },
  ...endings.map((before) => ({ kind: 'invited', inviter, timeMs: 5, before, entry }) as const),
  ...following,
  ...following.flatMap((before) =>
    (['server_rollback', 'integrity', 'fork'] as const).map(
      (code) => ({ kind: 'frozen', code, rule: null, nack: null, before }) as const,
    ),
  ),
  { kind: 'frozen', code: 'integrity', rule: 'C2', nack, before: { kind: 'active' } },
  ...endings,
]

const events: readonly PhaseEvent[] = [
  { kind: 'founded', groupInfo: id, tree: id, meta: id },
  { kind: 'created' },
  { kind: 'create_refused' },
  { kind: 'invited', inviter, timeMs: 9, entry, wasMember: true },
  { kind: 'invited', inviter: null, timeMs: 9, entry, wasMember: false },
  { kind: 'uninvited' },
  { kind: 'joined', as: { kind: 'active' } },
  { kind: 'joined', as: { kind: 'parting', to: { kind: 'left' }, isDeclined: true } },
  { kind: 'accepted_without_keys' },
  { kind: 'keys_lost', code: 'client_rollback', rule: null },
  { kind: 'damaged' },
  { kind: 'rejoined' },
  { kind: 'help_asked', nack },
  { kind: 'repair_retried' },
  { kind: 'objected', nack },
  { kind: 'nack_sent' },
  { kind: 'repair_exhausted' },
  { kind: 'dropped' },
  { kind: 'stopped', code: 'server_rollback', rule: null, nack: null },
  { kind: 'stopped', code: 'integrity', rule: null, nack: null },
  { kind: 'worsened', code: 'fork' },
  { kind: 'log_restored' },
  { kind: 'reconnected' },
  { kind: 'repair_wanted' },
  { kind: 'leave_wanted' },
  { kind: 'leave_refused' },
  { kind: 'removed' },
  ...endings.map((to) => ({ kind: 'given_up', to }) as const),
  { kind: 'deleted' },
]

const room = (phase: Phase): RoomState => ({
  ...emptyRoom(id, phase),
  draft: textDraft('so'),
  outbox: [
    {
      order: 0,
      message: id,
      content: id,
      composedMs: 0,
      stage: { kind: 'encrypted', epoch: 1, counter: 1, bytes: id },
      hashes: [],
    },
  ],
})

const eventKinds = Object.keys(phaseTable) as readonly EventKind[]
const phaseKinds = Object.keys(phaseTable.founded) as readonly PhaseKind[]

describe('the table of phases', () => {
  it('is tested with every phase and every event that it has', () => {
    expect(new Set(phases.map(({ kind }) => kind))).toEqual(new Set(phaseKinds))
    expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(eventKinds))
    for (const event of eventKinds)
      expect(new Set(Object.keys(phaseTable[event]))).toEqual(new Set(phaseKinds))
  })

  it('decides each pair: a phase that it names, nothing, or a fault that stores nothing', () => {
    for (const phase of phases)
      for (const event of events) {
        const cell = phaseTable[event.kind][phase.kind]
        const next = transition(phase, event)
        switch (next.kind) {
          case 'became':
            expect(typeof cell === 'string' ? [] : cell.to).toContain(next.phase.kind)
            expect(next.phase).not.toBe(phase)
            break
          case 'ignored':
            expect(cell).not.toBe('impossible')
            expect(moved(room(phase), event).phase).toBe(phase)
            break
          case 'impossible':
            expect(cell).toBe('impossible')
            expect(() => moved(room(phase), event)).toThrow('cannot happen')
        }
      }
  })

  it('names no phase that an event does not lead to', () => {
    for (const event of eventKinds)
      for (const phase of phaseKinds) {
        const cell = phaseTable[event][phase]
        if (typeof cell === 'string') continue
        const reached = phases
          .filter(({ kind }) => kind === phase)
          .flatMap((from) => events.filter(({ kind }) => kind === event).map((one) => transition(from, one)))
          .flatMap((next) => (next.kind === 'became' ? [next.phase.kind] : []))
        const named = cell.to.filter((kind) => kind !== phase)
        expect(new Set(reached.filter((kind) => kind !== phase)), `${event} in ${phase}`).toEqual(
          new Set(named),
        )
      }
  })
})

/** What happens to a room, as far as its phases let it. */
const lives = fc.array(fc.constantFrom(...events), { maxLength: 40 })

const lived = (
  happened: readonly PhaseEvent[],
  visit: (before: RoomState, after: RoomState) => void,
): void => {
  let now = room({ kind: 'absent' })
  for (const event of happened) {
    if (transition(now.phase, event).kind === 'impossible') continue
    const before = { ...now, outbox: room(now.phase).outbox }
    now = moved(before, event)
    visit(before, now)
  }
}

describe('in every life of a room', () => {
  it('keys that were given up are taken up again by coming in anew, and by nothing else (I8)', () => {
    fc.assert(
      fc.property(lives, (happened) => {
        let isKeyless = false
        for (const [at, event] of happened.entries()) {
          const phase = phaseAfter(happened.slice(0, at))
          const next = transition(phase, event)
          if (next.kind !== 'became') continue
          if (next.phase.kind === 'repairing') isKeyless = true
          if (['joined', 'rejoined', 'founded'].includes(event.kind)) isKeyless = false
          if (isKeyless) expect(['active', 'leaving', 'parting']).not.toContain(next.phase.kind)
        }
      }),
    )
  })

  it('nothing that was encrypted before its keys were lost is sent after', () => {
    fc.assert(
      fc.property(lives, (happened) => {
        lived(happened, (before, after) => {
          if (before.phase.kind === 'repairing' || after.phase.kind !== 'repairing') return
          if (before.phase.kind === 'frozen' && before.phase.before.kind === 'repairing') return
          expect(after.outbox.map(({ stage }) => stage.kind)).toEqual(['queued'])
        })
      }),
    )
  })

  it('a room that has ended wants nothing and sends nothing, and one that is absent keeps nothing', () => {
    fc.assert(
      fc.property(lives, (happened) => {
        lived(happened, (before, after) => {
          if (!isEnded(after.phase) || before === after) return
          expect(after).toMatchObject({ group: null, pending: null, intents: [], hooks: [] })
          if (after.phase.kind === 'absent')
            expect(after).toEqual({ ...emptyRoom(id, after.phase), place: before.place })
          else expect(after.outbox.every(({ stage }) => stage.kind === 'failed')).toBe(true)
        })
      }),
    )
  })
})

const phaseAfter = (happened: readonly PhaseEvent[]): Phase =>
  happened.reduce<Phase>(
    (phase, event) => {
      const next = transition(phase, event)
      return next.kind === 'became' ? next.phase : phase
    },
    { kind: 'absent' },
  )
