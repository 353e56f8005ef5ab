import type { FailureCode } from '@sotto/protocol'
import { type Ended, type Following, type InvitedAt, type Nack, type Phase } from './state.ts'

/**
 * The one table of phases: what happens to a room, in which phase, and what the room is then. Nothing else makes a phase
 * of a room that is there. Pure data and functions; `move.ts` applies it to a room.
 */
export type PhaseEvent =
  /** This device has made the room, and stores it before the server hears of it. */
  | {
      readonly kind: 'founded'
      readonly groupInfo: Uint8Array
      readonly tree: Uint8Array
      readonly meta: Uint8Array
    }
  /** The server has opened the log of a room made here. */
  | { readonly kind: 'created' }
  /** The server does not make the room. */
  | { readonly kind: 'create_refused' }
  /** A Welcome waits at the server. `wasMember`: this device was in the room before. */
  | {
      readonly kind: 'invited'
      readonly inviter: Uint8Array | null
      readonly timeMs: number
      readonly entry: InvitedAt
      readonly wasMember: boolean
    }
  /** The invitation is over. */
  | { readonly kind: 'uninvited' }
  /** A Welcome was opened: to stay, or to say no in the room. */
  | { readonly kind: 'joined'; readonly as: Extract<Phase, { kind: 'active' | 'parting' }> }
  /** The user has accepted an invitation whose keys are not on this device any more. */
  | { readonly kind: 'accepted_without_keys' }
  /** The keys of this device are lost, or may not be used any more. */
  | { readonly kind: 'keys_lost'; readonly code: FailureCode; readonly rule: string | null }
  /** Something of what was stored cannot be read. */
  | { readonly kind: 'damaged' }
  /** The log shows the commit by which this device came in anew. */
  | { readonly kind: 'rejoined' }
  /** This device cannot come in by itself, and asks the members. */
  | { readonly kind: 'help_asked'; readonly nack: Nack }
  /** Another attempt to come in begins. */
  | { readonly kind: 'repair_retried' }
  /** This device refuses an entry, and all members are to know. */
  | { readonly kind: 'objected'; readonly nack: Nack }
  /** The server has what the members are to know. */
  | { readonly kind: 'nack_sent' }
  /** There were enough attempts for a day. */
  | { readonly kind: 'repair_exhausted' }
  /** The server does not know this device in the room, and the device knows nothing that contradicts it. */
  | { readonly kind: 'dropped' }
  /** The log is not what it has to be. */
  | {
      readonly kind: 'stopped'
      readonly code: FailureCode
      readonly rule: string | null
      readonly nack: Nack | null
    }
  /** The reason why the room is stopped is another one. */
  | { readonly kind: 'worsened'; readonly code: FailureCode }
  /** The server has again what it had lost. */
  | { readonly kind: 'log_restored' }
  /** A new connection: what was spoilt on the way may come as it is. */
  | { readonly kind: 'reconnected' }
  /** The user wants one more attempt. */
  | { readonly kind: 'repair_wanted' }
  | { readonly kind: 'leave_wanted' }
  /** The rules do not let this device go. */
  | { readonly kind: 'leave_refused' }
  /** The log shows that this device is out. */
  | { readonly kind: 'removed' }
  /** This device is out by its own decision, without a word of the log. */
  | { readonly kind: 'given_up'; readonly to: Ended }
  /** The user wants nothing more of a room that has ended. */
  | { readonly kind: 'deleted' }

export type PhaseKind = Phase['kind']
export type EventKind = PhaseEvent['kind']
export type PhaseOf<K extends PhaseKind> = Extract<Phase, { kind: K }>
export type EventOf<K extends EventKind> = Extract<PhaseEvent, { kind: K }>

/** What a transition does to the rest of the room; `move.ts` says how. */
export type PhaseEffect =
  /** The commit or proposal that was not in the log yet is given up. */
  | 'drop_pending'
  /** What was encrypted is encrypted anew. */
  | 'requeue_outbox'
  /** Keys and wishes go; of an absent room everything but its place in the log. */
  | 'end'
  /** The server is told anew what it tells scripts. */
  | 'republish_hooks'
  /** The attempts to come in are counted from 0. */
  | 'forget_rejoins'

/** A transition. `to` names every phase that `next` may return. */
export interface Becomes<P, E> {
  readonly to: readonly PhaseKind[]
  readonly effects: readonly PhaseEffect[]
  next(phase: P, event: E): Phase
}

export type Cell<P, E> =
  | Becomes<P, E>
  /** Expected: the event comes late, or there is nothing to change. */
  | 'ignored'
  /** A fault of this program: the step fails with `internal`, and nothing is stored. */
  | 'impossible'

type Row<E extends EventKind> = { readonly [P in PhaseKind]: Cell<PhaseOf<P>, EventOf<E>> }
type PhaseTable = { readonly [E in EventKind]: Row<E> }

const becomes = <P, E>(
  to: readonly PhaseKind[],
  next: (phase: P, event: E) => Phase,
  ...effects: readonly PhaseEffect[]
): Becomes<P, E> => ({ to, effects, next })

const each = <K extends PhaseKind, C>(kinds: readonly K[], cell: C): { readonly [P in K]: C } =>
  Object.fromEntries(kinds.map((kind) => [kind, cell])) as { readonly [P in K]: C }

const ended = ['left', 'removed', 'refounded', 'absent'] as const
const outside = ['creating', 'invited', ...ended] as const
const reading = ['active', 'leaving', 'parting'] as const

const [ignored, impossible] = ['ignored', 'impossible'] as const
const active: Phase = { kind: 'active' }
const absent: Ended = { kind: 'absent' }

const repairing = (
  code: FailureCode,
  rule: string | null,
  invitedBy: Uint8Array | null = null,
): PhaseOf<'repairing'> => ({ kind: 'repairing', code, rule, asked: false, nack: null, invitedBy })

const enterRepair = becomes<unknown, EventOf<'keys_lost'>>(
  ['repairing'],
  (_, { code, rule }) => repairing(code, rule),
  'drop_pending',
  'requeue_outbox',
)
const repairDamage = becomes<unknown, unknown>(
  ['repairing'],
  () => repairing('storage_damaged', null),
  'drop_pending',
  'requeue_outbox',
)
const stop = becomes<Following, EventOf<'stopped'>>(['frozen'], (before, { code, rule, nack }) => ({
  kind: 'frozen',
  code,
  rule,
  nack,
  before,
}))
const giveUp = becomes<unknown, EventOf<'given_up'>>(ended, (_, { to }) => to, 'end')
const stay = becomes<unknown, unknown>(['active'], () => active)
const join = becomes<unknown, EventOf<'joined'>>(['active', 'parting'], (_, { as }) => as)
const removed = becomes<unknown, unknown>(['removed'], () => ({ kind: 'removed' }), 'end')

const invitedFrom = (before: Ended, { inviter, timeMs, entry }: EventOf<'invited'>): PhaseOf<'invited'> => ({
  kind: 'invited',
  inviter,
  timeMs,
  before,
  entry,
})
const invite = becomes<Ended, EventOf<'invited'>>(['invited'], invitedFrom, 'drop_pending')

/** What a deletion leaves to be done in a room that this device has asked to leave. */
const partForGood = (phase: Following): PhaseOf<'parting'> => ({
  kind: 'parting',
  to: absent,
  isDeclined: phase.kind === 'parting' && phase.isDeclined,
})
const part = becomes<Following, unknown>(['parting'], partForGood)
const forget = becomes<unknown, unknown>(['absent'], () => absent, 'end')

const following = ['active', 'repairing', 'leaving', 'parting'] as const

export const phaseTable: PhaseTable = {
  founded: {
    absent: becomes(['creating'], (_, { groupInfo, tree, meta }) => ({
      kind: 'creating',
      groupInfo,
      tree,
      meta,
    })),
    ...each(['creating', 'invited', ...following, 'frozen', 'left', 'removed', 'refounded'], impossible),
  },
  created: {
    creating: becomes(['active'], () => active),
    // The user has given the room up before the server has answered.
    ...each(['invited', ...following, 'frozen', ...ended], ignored),
  },
  create_refused: {
    creating: becomes(['absent'], () => absent, 'end'),
    ...each(['invited', ...following, 'frozen', ...ended], ignored),
  },
  invited: {
    // The first invitation says what the room was before all of them.
    invited: becomes(['invited'], ({ before }, event) => invitedFrom(before, event), 'drop_pending'),
    repairing: becomes(
      ['invited'],
      (_, event) => invitedFrom({ kind: event.wasMember ? 'removed' : 'absent' }, event),
      'drop_pending',
    ),
    ...each(ended, invite),
    // The list of Welcomes is older than the step by which this device came in.
    ...each(['creating', ...reading, 'frozen'], ignored),
  },
  uninvited: {
    invited: becomes(ended, ({ before }) => before, 'end'),
    ...each(['creating', ...following, 'frozen', ...ended], ignored),
  },
  joined: {
    ...each(['invited', 'repairing'], join),
    ...each(['creating', ...reading, 'frozen', ...ended], impossible),
  },
  accepted_without_keys: {
    invited: becomes(
      ['repairing'],
      ({ inviter }) => repairing('storage_damaged', null, inviter),
      'drop_pending',
      'requeue_outbox',
    ),
    ...each(['creating', ...following, 'frozen', ...ended], ignored),
  },
  keys_lost: {
    ...each(reading, enterRepair),
    // The first reason counts.
    repairing: ignored,
    ...each([...outside, 'frozen'], impossible),
  },
  damaged: {
    ...each(following, repairDamage),
    // There are no keys to be lost, or they are not used.
    ...each([...outside, 'frozen'], ignored),
  },
  rejoined: {
    repairing: stay,
    ...each([...outside, ...reading, 'frozen'], impossible),
  },
  help_asked: {
    repairing: becomes(['repairing'], (phase, { nack }) => ({ ...phase, asked: true, nack }), 'drop_pending'),
    ...each([...outside, ...reading, 'frozen'], ignored),
  },
  repair_retried: {
    repairing: becomes(['repairing'], (phase) => ({ ...phase, asked: false, nack: null })),
    ...each([...outside, ...reading, 'frozen'], ignored),
  },
  objected: {
    repairing: becomes(['repairing'], (phase, { nack }) => ({ ...phase, nack })),
    ...each([...outside, ...reading, 'frozen'], impossible),
  },
  nack_sent: {
    repairing: becomes(['repairing'], (phase) => ({ ...phase, nack: null })),
    frozen: becomes(['frozen'], (phase) => ({ ...phase, nack: null })),
    ...each([...outside, ...reading], ignored),
  },
  repair_exhausted: {
    repairing: becomes(
      ['frozen'],
      (before) => ({ kind: 'frozen', code: before.code, rule: before.rule, nack: null, before }),
      'drop_pending',
    ),
    ...each([...outside, ...reading, 'frozen'], ignored),
  },
  dropped: {
    repairing: removed,
    // The log itself has said more meanwhile.
    ...each([...outside, ...reading, 'frozen'], ignored),
  },
  stopped: {
    ...each(following, stop),
    // The first reason counts.
    ...each([...outside, 'frozen'], ignored),
  },
  worsened: {
    frozen: becomes(['frozen'], (phase, { code }) => ({ ...phase, code })),
    ...each([...outside, ...following], ignored),
  },
  log_restored: {
    frozen: becomes(
      ['frozen', ...following],
      (phase) => (phase.code === 'server_rollback' ? phase.before : phase),
      'republish_hooks',
    ),
    ...each([...outside, ...following], ignored),
  },
  reconnected: {
    // A rule that was broken stays broken: the server has signed for it.
    frozen: becomes(['frozen', ...following], (phase) =>
      phase.code === 'integrity' && phase.rule === null && phase.nack === null ? phase.before : phase,
    ),
    ...each([...outside, ...following], ignored),
  },
  repair_wanted: {
    frozen: becomes(
      ['repairing'],
      ({ code, rule }) => repairing(code, rule),
      'drop_pending',
      'requeue_outbox',
      'forget_rejoins',
    ),
    ...each([...outside, ...following], ignored),
  },
  leave_wanted: {
    active: becomes(['leaving'], () => ({ kind: 'leaving' })),
    ...each([...outside, 'repairing', 'leaving', 'parting', 'frozen'], ignored),
  },
  leave_refused: {
    ...each(['leaving', 'parting'], stay),
    ...each([...outside, 'active', 'repairing', 'frozen'], ignored),
  },
  removed: {
    ...each(['active', 'repairing'], removed),
    leaving: becomes(['left'], () => ({ kind: 'left' }), 'end'),
    parting: becomes(ended, ({ to }) => to, 'end'),
    // Only a room that is read can show it.
    ...each([...outside, 'frozen'], impossible),
  },
  given_up: {
    ...each(['creating', 'invited', ...following, 'frozen', 'left', 'removed', 'refounded'], giveUp),
    absent: ignored,
  },
  deleted: {
    ...each(['leaving', 'parting'], part),
    frozen: becomes(['frozen'], (phase) => ({ ...phase, before: partForGood(phase.before) })),
    invited: becomes(['invited'], (phase) => ({ ...phase, before: absent })),
    ...each(['left', 'removed', 'refounded'], forget),
    absent: ignored,
    // A room is left before it is deleted: `deletedRoom` refuses it.
    ...each(['creating', 'active', 'repairing'], impossible),
  },
}

export type Transition =
  | { readonly kind: 'became'; readonly phase: Phase; readonly effects: readonly PhaseEffect[] }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'impossible' }

/** What the table says of an event in a phase. */
export const transition = (phase: Phase, event: PhaseEvent): Transition => {
  const cell = phaseTable[event.kind][phase.kind] as Cell<Phase, PhaseEvent>
  if (typeof cell === 'string') return { kind: cell }
  const next = cell.next(phase, event)
  return next === phase ? { kind: 'ignored' } : { kind: 'became', phase: next, effects: cell.effects }
}
