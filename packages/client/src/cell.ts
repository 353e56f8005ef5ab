/** One value, changed by pure functions: whoever looks sees all that is known, and can print it. */
export interface Cell<T> {
  now(): T
  change(step: (now: T) => T): void
}

export const cellOf = <T>(first: T): Cell<T> => {
  let value = first
  return {
    now: () => value,
    change: (step) => {
      value = step(value)
    },
  }
}

/** A part of the value of another cell: it is kept there and nowhere else. */
export const partOf = <T, K extends keyof T>(whole: Cell<T>, key: K): Cell<T[K]> => ({
  now: () => whole.now()[key],
  change: (step) => whole.change((now) => ({ ...now, [key]: step(now[key]) })),
})
