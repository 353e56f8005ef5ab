import { limits } from '@sotto/protocol'
import type { Scheduler } from '../ports/scheduler.ts'

/** Whether somebody who owes an answer is still there: asked when nothing has been heard of them for a while. */
export interface Silence {
  /** An answer is owed from now on. */
  begin(): void
  heard(): void
  end(): void
}

export interface SilenceOptions {
  readonly scheduler: Pick<Scheduler, 'after'>
  /** Whether an answer is owed still. */
  isWaiting(): boolean
  /** Asks for any sign of life. */
  ask(): void
  /** Nothing was heard for `limits.helperSilenceMs`, although it was asked for. */
  lost(): void
}

/** Looks within the time that is allowed. They are counted, because a machine that sleeps hears nothing either. */
const looks = 4

export const watchSilence = ({ scheduler, isWaiting, ask, lost }: SilenceOptions): Silence => {
  let quiet = 0
  let cancel: (() => void) | null = null
  const later = (): void => {
    cancel = scheduler.after(limits.helperSilenceMs / looks, look)
  }
  const look = (): void => {
    cancel = null
    if (!isWaiting()) return
    quiet += 1
    if (quiet === looks) return lost()
    if (quiet >= looks / 2) ask()
    later()
  }
  return {
    begin: () => {
      if (cancel) return
      quiet = 0
      later()
    },
    heard: () => {
      quiet = 0
    },
    end: () => cancel?.(),
  }
}
