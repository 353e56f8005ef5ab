import { SottoError } from '@sotto/protocol'
import type { ServerLimits } from '../configuration.ts'

/**
 * Checks that take milliseconds of one core: key packages, commits, links of a chain. Few at once, of one account one at
 * a time, and accounts take turns: whoever hands in a thousand waits for themselves, and others for one of them.
 */
export interface HeavyWork {
  /**
   * Runs a job when it is its account's turn. A job that runs longer than its time gives up its place and is answered
   * with `unavailable`.
   *
   * @throws SottoError `rate` where too many of the account wait, `unavailable` where too many wait altogether
   */
  run<T>(account: string, job: () => Promise<T>): Promise<T>
}

type Bounds = Pick<
  ServerLimits,
  'heavyJobsWaitingPerAccountMax' | 'heavyJobsWaitingMax' | 'heavyJobMs' | 'memoryRetryMs'
>

/** The arithmetic of a check runs on threads of the platform while the next begins; more would only make the others wait. */
const jobsAtOnce = 2

type Start = () => Promise<unknown>

export const makeHeavyWork = (limits: Bounds): HeavyWork => {
  /** What waits, by account, the next account first. */
  const waiting = new Map<string, Start[]>()
  const busy = new Set<string>()
  let waitingCount = 0

  const next = (): readonly [account: string, start: Start] | undefined => {
    for (const [account, jobs] of waiting) {
      if (busy.has(account)) continue
      const start = jobs.shift()
      if (jobs.length === 0) waiting.delete(account)
      waitingCount--
      return start && [account, start]
    }
    return undefined
  }

  /** Whoever has had a turn is the last to have another. */
  const standBehind = (account: string): void => {
    const jobs = waiting.get(account)
    if (!jobs) return
    waiting.delete(account)
    waiting.set(account, jobs)
  }

  const startSome = (): void => {
    while (busy.size < jobsAtOnce) {
      const found = next()
      if (!found) return
      const [account, start] = found
      busy.add(account)
      void start().finally(() => {
        busy.delete(account)
        standBehind(account)
        startSome()
      })
    }
  }

  const inTime = async <T>(job: () => Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new SottoError('unavailable', 'a check takes too long')),
        limits.heavyJobMs,
      )
      timer.unref()
    })
    try {
      return await Promise.race([job(), late])
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    run: (account, job) => {
      const jobs = waiting.get(account) ?? []
      if (waitingCount >= limits.heavyJobsWaitingMax)
        return Promise.reject(new SottoError('unavailable', 'too much work waits'))
      if (jobs.length >= limits.heavyJobsWaitingPerAccountMax)
        return Promise.reject(
          new SottoError('rate', 'too much work waits', { retryAfterMs: limits.memoryRetryMs }),
        )
      return new Promise((resolve, reject) => {
        jobs.push(() => inTime(job).then(resolve, reject))
        waiting.set(account, jobs)
        waitingCount++
        startSome()
      })
    },
  }
}
