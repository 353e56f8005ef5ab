import { LaneError } from './failure.ts'

/** What is asked of a lane settles: by its own end, or by that of the lane. */
export interface Ending {
  /** The same call; it rejects with `CLOSED` when the lane is closed before it settles, and does nothing afterwards. */
  whileOpen<A extends readonly unknown[], T>(call: (...input: A) => Promise<T>): (...input: A) => Promise<T>
  close(): void
}

export const makeEnding = (): Ending => {
  let isClosed = false
  const waiting = new Set<(failure: LaneError) => void>()
  return {
    whileOpen:
      (call) =>
      (...input) =>
        new Promise((resolve, reject) => {
          if (isClosed) return reject(new LaneError('CLOSED'))
          waiting.add(reject)
          call(...input)
            .then(resolve, reject)
            .finally(() => waiting.delete(reject))
        }),
    close: () => {
      isClosed = true
      for (const reject of waiting) reject(new LaneError('CLOSED'))
      waiting.clear()
    },
  }
}
