/** Randomness that a seed repeats: which fault, when, and how hard. What processes do in between is theirs. */
export interface Chance {
  /** From 0 up to 1. */
  fraction(): number
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number
  pick<T>(these: readonly [T, ...T[]]): T
  /** A source of its own for one purpose: what is drawn elsewhere does not change what is drawn here. */
  of(purpose: string): Chance
}

/** FNV-1a: spreads the characters of a purpose over 32 bits. */
const spread = (text: string): number => {
  let hash = 0x811c9dc5
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return hash >>> 0
}

/** Mulberry32: 32 bits of state are enough to choose faults. */
export const chanceOf = (seed: number): Chance => {
  let state = seed >>> 0
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (from: number, to: number): number => from + Math.floor(fraction() * (to - from + 1))
  return {
    fraction,
    between,
    pick: (these) => these[between(0, these.length - 1)] ?? these[0],
    of: (purpose) => chanceOf(seed ^ spread(purpose)),
  }
}
