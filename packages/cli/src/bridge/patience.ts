import { setTimeout as delay } from 'node:timers/promises'
import { SottoError } from '@sotto/client'
import { LaneError } from '@sotto/lane'

/** What nothing can be done about by trying again: the bridge ends with it. */
const isFinal = (error: unknown): boolean => {
  if (error instanceof LaneError)
    switch (error.code) {
      case 'UNAUTHORIZED':
      case 'SESSION_EXPIRED':
      case 'ACCOUNT_SUSPENDED':
      case 'CLOSED':
        return true
      default:
        return false
    }
  if (error instanceof SottoError)
    switch (error.code) {
      case 'closed':
      case 'not_member':
      case 'room_unknown':
      case 'storage_full':
      case 'storage_damaged':
        return true
      default:
        return false
    }
  return true
}

const firstMs = 1000
const mostMs = 60_000

export interface Patience {
  /**
   * Tries until it is done: what cannot be carried just now is carried later, and nothing overtakes it.
   *
   * @throws what is final, and whatever was thrown when the bridge ends
   */
  until<T>(work: () => Promise<T>): Promise<T>
  end(): void
}

/** @param waits told once of each thing that is waited for, why */
export const makePatience = (waits: (error: Error) => void): Patience => {
  const ending = new AbortController()
  return {
    until: async (work) => {
      for (let attempt = 0; ; attempt++)
        try {
          return await work()
        } catch (error) {
          if (ending.signal.aborted || !(error instanceof Error) || isFinal(error)) throw error
          if (attempt === 0) waits(error)
          const asked = error instanceof LaneError ? (error.retryAfterMs ?? 0) : 0
          const pauseMs = Math.max(Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 6)), asked)
          await delay(pauseMs, undefined, { signal: ending.signal }).catch(() => {})
          if (ending.signal.aborted) throw error
        }
    },
    end: () => ending.abort(),
  }
}
