/** How many there are of each key; a key of which there are none takes no memory. */
export interface Counts {
  of(key: string): number
  more(key: string): void
  less(key: string): void
}

export const makeCounts = (): Counts => {
  const counts = new Map<string, number>()
  const of = (key: string): number => counts.get(key) ?? 0
  return {
    of,
    more: (key) => void counts.set(key, of(key) + 1),
    less: (key) => {
      if (of(key) > 1) counts.set(key, of(key) - 1)
      else counts.delete(key)
    },
  }
}
