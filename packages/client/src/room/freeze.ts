import type { HookState } from '../hook/keys.ts'
import type { FailureCode } from '@sotto/protocol'
import { follows, type Nack, type RoomState } from './state.ts'

/**
 * Stops a room where it is. What this device was doing is kept, for a stop that ends must lead back to it: keys that
 * were given up before encrypt nothing after it either (I8).
 */
export const frozen = (
  room: RoomState,
  code: FailureCode,
  rule: string | null = null,
  nack: Nack | null = null,
): RoomState =>
  follows(room) ? { ...room, phase: { kind: 'frozen', code, rule, nack, before: room.phase } } : room

/** The server has again what it had lost: the room goes on as before. */
export const thawed = (room: RoomState): RoomState =>
  room.phase.kind === 'frozen' && room.phase.code === 'server_rollback'
    ? { ...room, phase: room.phase.before, hooks: room.hooks.map(unpublished) }
    : room

/** It may have lost what it was to tell scripts, too. */
const unpublished = (hook: HookState): HookState => ({ ...hook, isUnpublished: hook.anchor !== null })

/** It is worse than it seemed. */
export const refrozen = (room: RoomState, code: FailureCode): RoomState =>
  room.phase.kind === 'frozen' ? { ...room, phase: { ...room.phase, code } } : room

/**
 * What did not fit twice may have been spoilt on the way, by something that is gone: with a new line it is read once more
 * (F14). Rules that were broken are in what the server has signed, and stay broken.
 */
export const readAgain = (room: RoomState): RoomState =>
  room.phase.kind === 'frozen' &&
  room.phase.code === 'integrity' &&
  room.phase.rule === null &&
  room.phase.nack === null
    ? { ...room, phase: room.phase.before }
    : room
