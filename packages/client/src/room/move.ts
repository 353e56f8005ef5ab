import { SottoError } from '@sotto/protocol'
import type { HookState } from '../hook/keys.ts'
import { type PhaseEffect, type PhaseEvent, transition } from './phase.ts'
import { requeue } from './send.ts'
import { emptyRoom, type RoomState } from './state.ts'

/**
 * A room after something has happened to it: the phase of the table, and what the transition does to the rest. The same
 * object where nothing changes.
 *
 * @throws SottoError `internal` for what cannot happen: nothing is stored then
 */
export const moved = (room: RoomState, event: PhaseEvent): RoomState => {
  const next = transition(room.phase, event)
  switch (next.kind) {
    case 'ignored':
      return room
    case 'impossible':
      throw new SottoError('internal', `${event.kind} cannot happen to a room that is ${room.phase.kind}`)
    case 'became':
      return next.effects.reduce(applied, { ...room, phase: next.phase })
  }
}

const applied = (room: RoomState, effect: PhaseEffect): RoomState => {
  switch (effect) {
    case 'drop_pending':
      return room.pending ? { ...room, pending: null } : room
    case 'requeue_outbox':
      // Not one byte that was encrypted leaves any more: its key may have been used for something else since (I8).
      return { ...room, outbox: requeue(room.outbox, () => true) }
    case 'end':
      return room.phase.kind === 'absent'
        ? { ...emptyRoom(room.id, room.phase), place: room.place }
        : withoutMembership(room)
    case 'republish_hooks':
      return { ...room, hooks: room.hooks.map(unpublished) }
    case 'forget_rejoins':
      return { ...room, place: { ...room.place, rejoinedMs: [] } }
  }
}

/** Nothing more is said, and what could not be said is shown as that. */
const withoutMembership = (room: RoomState): RoomState => ({
  ...room,
  group: null,
  observed: null,
  pending: null,
  intents: [],
  hooks: [],
  metaKeys: [],
  declined: [],
  outbox: room.outbox.map((item) => ({ ...item, stage: { kind: 'failed', code: 'not_member' } })),
})

const unpublished = (hook: HookState): HookState => ({ ...hook, isUnpublished: hook.anchor !== null })
