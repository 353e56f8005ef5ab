import { SottoError } from '@sotto/protocol'
import type { Store } from '../ports/store.ts'

/**
 * The store as an account may use it, until the account is erased from the device. What is still under way then, a
 * refill of key packages for one, must not write into what comes after.
 */
export interface Gate {
  readonly store: Store
  readonly isShut: () => boolean
  /** Refuses every later commit and waits for those that have begun. */
  shut(): Promise<void>
}

export const gate = (store: Store): Gate => {
  const open = new Set<Promise<void>>()
  let isShut = false
  return {
    store: {
      get: (key) => store.get(key),
      range: (from, to, options) => store.range(from, to, options),
      commit: async (changes) => {
        if (isShut) throw new SottoError('no_account')
        const commit = store.commit(changes)
        open.add(commit)
        await commit.finally(() => open.delete(commit))
      },
      close: () => store.close(),
    },
    isShut: () => isShut,
    shut: async () => {
      isShut = true
      await Promise.allSettled(open)
    },
  }
}
