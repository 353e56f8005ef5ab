import { limits, SottoError } from '@sotto/protocol'
import type { Cell } from '../cell.ts'
import { retryDelayMaxMs } from '../transient.ts'
import type { Action } from './decide.ts'
import { begun, failedOnce, rested, type RoomSession, invalidated } from './session.ts'
import type { Timers } from './timers.ts'

/** Does what is to be done about a room, one thing after the other, and decides again after everything that happens. */
export interface WorkLoop {
  /** Something has happened: it is decided what to do about it. */
  proceed(): void
  /** What was being done has failed: it is tried later, and later each time. */
  pause(error: unknown): void
}

interface Deps {
  readonly session: Cell<RoomSession>
  readonly timers: Timers
  /** What is to be done now. */
  decided(): readonly Action[]
  perform(action: Action): Promise<void>
  halt(error: unknown): void
}

const isStirred = ({ work }: RoomSession): boolean => work.kind === 'working' && work.again

export const makeWorkLoop = ({ session, timers, decided, perform, halt }: Deps): WorkLoop => {
  const pause = (error: unknown): void => {
    session.change(failedOnce)
    const { work } = session.now()
    if (work.kind === 'closed') return
    const delayMs = Math.min(
      retryDelayMaxMs(error),
      limits.retryDelayMinMs * 2 ** Math.min(work.failures, 10),
    )
    timers.after(timers.between(delayMs / 2, delayMs), proceed)
  }

  const failed = (error: unknown): void => {
    // A store that cannot be read any more is not there: nothing is decided without it.
    if (error instanceof SottoError && error.code === 'storage_damaged') halt(error)
    // What failed is still to be done: the line, the server or the store may be back in a moment.
    else pause(error)
  }

  const work = async (): Promise<void> => {
    do {
      session.change(begun)
      try {
        for (const action of decided()) await perform(action)
      } catch (error) {
        failed(error)
      }
    } while (isStirred(session.now()))
    // At once: what happens from now on is begun where it happens.
    session.change(rested)
  }

  const proceed = (): void => {
    if (session.now().work.kind === 'resting') void work()
    else session.change(invalidated)
  }

  return { proceed, pause }
}
