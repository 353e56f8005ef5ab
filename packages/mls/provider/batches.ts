interface Waiting<T, R> {
  readonly value: T
  resolve(result: R): void
  reject(error: unknown): void
}

/** A function of one value, from one of many: what is asked for in one turn of the event loop is done at once. */
export const inBatches = <T, R>(all: (values: readonly T[]) => readonly R[]): ((value: T) => Promise<R>) => {
  let waiting: Waiting<T, R>[] = []
  const work = (): void => {
    const batch = waiting
    waiting = []
    try {
      const results = all(batch.map(({ value }) => value))
      for (const [i, { resolve }] of batch.entries()) resolve(results[i] as R)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
  return (value) =>
    new Promise((resolve, reject) => {
      waiting.push({ value, resolve, reject })
      if (waiting.length === 1) queueMicrotask(work)
    })
}
