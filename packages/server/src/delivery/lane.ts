/** Runs what concerns one room one after the other, and what concerns different rooms side by side. */
export interface Lanes {
  run<T>(key: string, work: () => Promise<T>): Promise<T>
}

export const makeLanes = (): Lanes => {
  const last = new Map<string, Promise<unknown>>()
  return {
    run: (key, work) => {
      const before = last.get(key)
      const done = before ? before.then(work, work) : work()
      last.set(key, done)
      const leave = (): void => {
        if (last.get(key) === done) last.delete(key)
      }
      done.then(leave, leave)
      return done
    },
  }
}
