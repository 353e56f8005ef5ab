import { useCallback, useState } from 'react'
import { failureOf } from './failure.ts'
import type { Failure } from './failure.ts'

export type Attempt =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** Runs one command at a time and keeps what became of it. `run` answers whether it was done. */
export const useAttempt = () => {
  const [attempt, setAttempt] = useState<Attempt>({ kind: 'idle' })
  const run = useCallback(async (task: () => Promise<unknown>): Promise<boolean> => {
    setAttempt({ kind: 'busy' })
    try {
      await task()
      setAttempt({ kind: 'idle' })
      return true
    } catch (error) {
      setAttempt({ kind: 'failed', failure: failureOf(error) })
      return false
    }
  }, [])
  const reset = useCallback(() => setAttempt({ kind: 'idle' }), [])
  return { attempt, run, reset }
}
