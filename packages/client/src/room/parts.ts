import type { Cell } from '../cell.ts'
import type { Outcomes } from '../outcomes.ts'
import type { DraftKeeper } from '../draft/keeper.ts'
import type { RoomDeps } from './atWork.ts'
import type { Filling } from './filling.ts'
import type { HookKeeper } from './hookKeeper.ts'
import type { MetaKeeper } from './metadata.ts'
import type { Reader } from './reader.ts'
import type { Runner, TakeStep } from './runner.ts'
import type { Sender } from './sender.ts'
import type { Hold, RoomSession } from './session.ts'
import type { RoomWait } from './settled.ts'
import type { Timers } from './timers.ts'
import type { Turns } from './turns.ts'
import type { WorstDead } from './deadWatch.ts'

/** What a room at work is put together of; each function takes those that it uses. */
export interface RoomParts {
  readonly deps: RoomDeps
  readonly session: Cell<RoomSession>
  readonly outcomes: Outcomes<RoomWait>
  readonly timers: Timers
  readonly runner: Runner
  readonly reader: Reader
  readonly sender: Sender
  readonly turns: Turns
  readonly filling: Filling
  readonly metaKeeper: MetaKeeper
  readonly hookKeeper: HookKeeper
  readonly draftKeeper: DraftKeeper
  readonly worstDead: WorstDead
  /** Runs a step, after which whatever fails is the first failure. */
  take(step: TakeStep): Promise<void>
  holdBack(delayMs: number, what?: keyof Hold): void
  /** It is decided what to do next; while something is being done, when that is over. */
  proceed(): void
  pause(error: unknown): void
}
