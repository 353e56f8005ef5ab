import type { FailureCode, FailureDetail } from '@sotto/protocol'
import type { Need } from '../account/contacts.ts'
import type { Change } from '../ports/store.ts'
import type { ShownRecord } from '../timeline/project.ts'
import type { RoomState } from './state.ts'

/**
 * What a step decided. It has done nothing: the runner stores the new state with the further changes in one
 * transaction, then wipes what was consumed, then tells. What is to be sent follows from the new state (`decide.ts`).
 */
export type Step =
  | Stepped
  /** Nothing was decided: these accounts have to be known first. */
  | { readonly kind: 'needs'; readonly needs: readonly Need[] }

export interface Stepped {
  readonly kind: 'stepped'
  readonly room: RoomState
  /** Rows beside those of the room's own state: log records, known ids, used key packages. */
  readonly changes: readonly Change[]
  readonly told: readonly Told[]
  /** Key material that is not needed any more once the new state is safe. */
  readonly consumed: readonly Uint8Array[]
}

export type Told =
  /** New records, in the order of the log. */
  | { readonly kind: 'records'; readonly records: readonly ShownRecord[] }
  /** Earlier ones that are shown otherwise now. */
  | { readonly kind: 'changed'; readonly records: readonly ShownRecord[] }
  /** Items of the outbox that are new or stand differently. */
  | { readonly kind: 'outbox'; readonly messages: readonly Uint8Array[] }
  /** Out of the outbox without a place in the log; `code`: why the server has refused it, null where the user gave it up. */
  | { readonly kind: 'discarded'; readonly message: Uint8Array; readonly code: FailureCode | null }
  | { readonly kind: 'leave_refused'; readonly rule: string }
  | { readonly kind: 'intent'; readonly intent: string; readonly result: IntentResult }

export type IntentResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly detail: FailureDetail }

export const stepped = (room: RoomState, parts: Partial<Omit<Stepped, 'kind' | 'room'>> = {}): Stepped => ({
  kind: 'stepped',
  room,
  changes: [],
  told: [],
  consumed: [],
  ...parts,
})
