import { afterSilence, type FailureDetail, SottoError } from '@sotto/client'
import { timers } from './timers.ts'

/** Runs out when something is under way and nothing has been acknowledged for too long. */
export interface Patience {
  sent(): void
  acknowledged(): void
  end(): void
  /** Rejects with SottoError `timeout`; never resolves. */
  readonly lost: Promise<never>
}

/**
 * @param patienceMs 0: never runs out
 * @param obstacle what stands in the way at that time, where it is known
 */
export const patienceOf = (patienceMs: number, obstacle: () => FailureDetail): Patience => {
  let underWay = 0
  let stopWaiting = (): void => {}
  let lose: (error: SottoError) => void = () => {}
  const lost = new Promise<never>((_, reject) => (lose = reject))
  lost.catch(() => {})
  const rearm = (): void => {
    stopWaiting()
    if (underWay === 0 || patienceMs === 0) return
    const text = 'messages that the server has not confirmed wait on this device and are sent next time'
    stopWaiting = afterSilence(timers, patienceMs, () => lose(new SottoError('timeout', text, obstacle())))
  }
  return {
    sent: () => {
      underWay += 1
      if (underWay === 1) rearm()
    },
    acknowledged: () => {
      underWay -= 1
      rearm()
    },
    end: () => stopWaiting(),
    lost,
  }
}
