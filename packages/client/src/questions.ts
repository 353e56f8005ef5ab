import { SottoError } from '@sotto/protocol'
import type { Scheduler } from './ports/scheduler.ts'

/** What the server has been asked and has not answered yet. */
export interface Questions {
  /** Settles as `asked` does, or is given up. */
  answerOf<T>(asked: Promise<T>): Promise<T>
  /**
   * For when a line is new: what has waited for longer than this was swallowed by whatever was there before. It fails with
   * `offline`, and whoever needs it asks again.
   */
  giveUp(olderThanMs: number): void
}

export const openQuestions = (scheduler: Pick<Scheduler, 'steadyMs'>): Questions => {
  const open = new Set<{ readonly askedMs: number; reject(failure: SottoError): void }>()
  return {
    answerOf: (asked) =>
      new Promise((resolve, reject) => {
        const question = { askedMs: scheduler.steadyMs(), reject }
        open.add(question)
        asked.then(resolve, reject).finally(() => open.delete(question))
      }),
    giveUp: (olderThanMs) => {
      const beforeMs = scheduler.steadyMs() - olderThanMs
      for (const { askedMs, reject } of open) if (askedMs <= beforeMs) reject(new SottoError('offline'))
    },
  }
}
