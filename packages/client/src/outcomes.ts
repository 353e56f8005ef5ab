import type { SottoError } from '@sotto/protocol'

/**
 * What is waited for, by a key. A wait settles with what becomes of its key, or with the reason of the end, whichever
 * comes first; so nothing is waited for without end. There may be several waits for one key.
 */
export interface Outcomes<Key extends string, T = void> {
  /** @throws SottoError why it will not come, or the reason of the end */
  of(key: Key): Promise<T>
  /** The same of what `begin` leads to: where that fails, or finds that it is over, nothing is waited for any more. */
  following(key: Key, begin: () => Promise<void | 'over'>): Promise<void>
  done(key: Key, value: T): void
  failed(key: Key, failure: SottoError): void
  /** Every wait there is; later ones are taken. */
  failAll(failure: SottoError): void
  /** Every wait there is and every later one. The first reason holds. */
  end(reason: SottoError): void
  /** The keys that are waited for. */
  waiting(): readonly Key[]
}

interface Wait<T> {
  resolve(value: T): void
  reject(failure: SottoError): void
}

export const openOutcomes = <Key extends string, T = void>(): Outcomes<Key, T> => {
  const waits = new Map<Key, readonly Wait<T>[]>()
  let over: SottoError | null = null

  const taken = (key: Key): readonly Wait<T>[] => {
    const found = waits.get(key) ?? []
    waits.delete(key)
    return found
  }
  const failed = (key: Key, failure: SottoError): void => {
    for (const { reject } of taken(key)) reject(failure)
  }
  const failAll = (failure: SottoError): void => {
    for (const key of waits.keys()) failed(key, failure)
  }

  const begun = (key: Key): { readonly settled: Promise<T>; withdraw(): void } => {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const wait: Wait<T> = { resolve, reject }
    if (over) reject(over)
    else waits.set(key, [...(waits.get(key) ?? []), wait])
    return {
      settled: promise,
      withdraw: () => {
        const others = taken(key).filter((one) => one !== wait)
        if (others.length > 0) waits.set(key, others)
      },
    }
  }

  return {
    of: (key) => begun(key).settled,
    following: async (key, begin) => {
      const { settled, withdraw } = begun(key)
      settled.catch(() => {})
      try {
        if ((await begin()) !== 'over') await settled
      } finally {
        withdraw()
      }
    },
    done: (key, value) => {
      for (const { resolve } of taken(key)) resolve(value)
    },
    failed,
    failAll,
    end: (reason) => {
      over ??= reason
      failAll(over)
    },
    waiting: () => [...waits.keys()],
  }
}
