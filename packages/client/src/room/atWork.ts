import type { Acknowledgement, LoggedMessage, SottoError } from '@sotto/protocol'
import type { Contacts } from '../account/contacts.ts'
import type { Scheduler } from '../ports/scheduler.ts'
import type { DraftKeeper } from '../draft/keeper.ts'
import type { Store } from '../ports/store.ts'
import type { Acknowledged } from '../timeline/view.ts'
import type { HandedBack, SpaceOwner } from '../view.ts'
import type { Line } from './line.ts'
import type { SendWindow } from './sendWindow.ts'
import type { TakeStep } from './runner.ts'
import type { RoomSession } from './session.ts'
import type { RoomWait } from './settled.ts'
import type { NewMessage } from './send.ts'
import type { Intent, Place, RoomState } from './state.ts'
import type { Told } from './step.ts'
import type { Tools } from './tools.ts'

/** One room at work. What is to be done next is asked of `decide` after everything that happens. */
export interface Room {
  readonly id: string
  state(): RoomState
  /** Entries that are known to be in the log and not read yet, and the room's metadata where others have changed them. */
  missing(): number
  /** How far the server has been given back what it had lost; null where that is not the matter, or not known yet. */
  handedBack(): HandedBack | null
  acknowledged(message: Uint8Array): Acknowledged | undefined
  /** Where the server has no space for a message: whose. */
  noSpaceFor(message: Uint8Array): SpaceOwner | undefined
  take(step: TakeStep): Promise<void>
  push(messages: readonly LoggedMessage[], ack: Acknowledgement): Promise<void>
  hint(seq: number): void
  headIs(ack: Acknowledgement, then: Place): Promise<void>
  /** Looks for something to do: something outside has changed. */
  proceed(): void
  /** The line is there again: what was held back is tried at once. */
  wake(): void
  /** What is being written in the room. */
  readonly drafts: DraftKeeper
  /** Stores a new message, encrypted in the same transaction where it can be sent at once. @throws SottoError `rate` */
  post(message: NewMessage): Promise<void>
  /** The same for what was being written: the stored draft goes in that transaction. */
  postDraft(message: NewMessage): Promise<void>
  /** Resolves when the intent is fulfilled, one that is there already included; rejects with why it cannot be. */
  intend(intent: Intent): Promise<void>
  /** The same for several, stored in one step. */
  intendAll(wanted: readonly Intent[]): readonly Promise<void>[]
  /**
   * Does what leads to an outcome, and settles with that or with the reason of the end. What could not be begun, or is over
   * when it is begun, is not waited for.
   */
  outcome(key: RoomWait, begin: () => Promise<void | 'over'>): Promise<void>
  /**
   * Resolves when those who have asked to leave are out: at the turn of this device, or with `at_once` by its own commit
   * now. It resolves all the same where nobody can be reached, nobody may commit it, or 5 s have passed.
   */
  leaversOut(when: 'in_turn' | 'at_once'): Promise<void>
  /** Whether a member of the room is not who it was. */
  isAlarmed(): boolean
  /** What is known beside the stored state, to be looked at. */
  session(): RoomSession
  /** What is waited for. */
  waiting(): readonly RoomWait[]
  /** Ends all timers, and what is waited for with the reason; steps under way still end. */
  close(reason: SottoError): Promise<void>
}

export interface RoomDeps {
  readonly store: Store
  readonly contacts: Contacts
  readonly scheduler: Scheduler
  readonly tools: Tools
  readonly line: Line
  readonly sendWindow: SendWindow
  /** Sees to it that others find key packages of this device that they can use. */
  replenish(): Promise<void>
  /** The server's time, as far as it is known. */
  timeMs(): number
  /** How many bytes of a room's log are kept as they came. */
  rawBytesMax(): number
  changed(room: RoomState, told: readonly Told[]): void
  /** Something about the room that is not in its state: how much of the log is still to be read. */
  invalidate(): void
  halt(error: unknown): void
}
