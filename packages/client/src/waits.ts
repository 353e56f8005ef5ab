import type { SottoError } from '@sotto/protocol'

/**
 * What is waited for from somebody who may end without a word: another process, a worker, this client itself. Each wait
 * settles, because whoever learns of the end says so here.
 */
export interface Waits {
  /**
   * Settles as the work does, or with the reason of the end, whichever comes first; after the end at once, and nothing is
   * begun.
   */
  until<T>(work: () => Promise<T>): Promise<T>
  isEmpty(): boolean
  /** Nobody answers any more. The first reason holds. */
  end(reason: SottoError): void
}

export const openWaits = (): Waits => {
  const open = new Set<(reason: SottoError) => void>()
  let over: SottoError | null = null
  return {
    until: <T>(work: () => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        if (over) return reject(over)
        open.add(reject)
        void work()
          .then(resolve, reject)
          .finally(() => open.delete(reject))
        return undefined
      }),
    isEmpty: () => open.size === 0,
    end: (reason) => {
      over ??= reason
      for (const reject of open) reject(over)
      open.clear()
    },
  }
}
