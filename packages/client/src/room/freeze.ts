import type { FailureCode } from '@sotto/protocol'
import { moved } from './move.ts'
import type { Nack, RoomState } from './state.ts'

/**
 * Stops a room where it is. What this device was doing is kept, for a stop that ends must lead back to it: keys that
 * were given up before encrypt nothing after it either (I8).
 */
export const frozen = (
  room: RoomState,
  code: FailureCode,
  rule: string | null = null,
  nack: Nack | null = null,
): RoomState => moved(room, { kind: 'stopped', code, rule, nack })

/** The server has again what it had lost: the room goes on as before. It may have lost what it was to tell scripts, too. */
export const thawed = (room: RoomState): RoomState => moved(room, { kind: 'log_restored' })

/** It is worse than it seemed. */
export const refrozen = (room: RoomState, code: FailureCode): RoomState =>
  moved(room, { kind: 'worsened', code })

/**
 * What did not fit twice may have been spoilt on the way, by something that is gone: with a new line it is read once more
 * (CL-4). Rules that were broken are in what the server has signed, and stay broken.
 */
export const readAgain = (room: RoomState): RoomState => moved(room, { kind: 'reconnected' })
