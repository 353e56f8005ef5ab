/** A stream of numbers that a seed and a name decide. Each part of the world has its own, so that one more draw in one place changes nothing in another. */
export interface Random {
  /** 0 <= x < 1 */
  next(): number
  /** 0 <= n < bound */
  below(bound: number): number
  between(min: number, max: number): number
  chance(probability: number): boolean
  pick<T>(values: readonly T[]): T
  weighted<T>(values: readonly (readonly [weight: number, value: T])[]): T
  bytes(length: number): Uint8Array
}

/** FNV-1a, then the finaliser of MurmurHash3. */
const hash32 = (text: string): number => {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** xoshiro128** */
export const seededRandom = (seed: number, name: string): Random => {
  const state = new Uint32Array([0, 1, 2, 3].map((word) => hash32(`${seed}/${name}/${word}`)))
  state[0] = (state[0] as number) | 1

  const word = (): number => {
    let [a, b, c, d] = state as unknown as [number, number, number, number]
    const scrambled = Math.imul(b, 5)
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    state[0] = a
    state[1] = b
    state[2] = c
    state[3] = d
    return result
  }

  const next = (): number => word() / 0x1_0000_0000
  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    next,
    below,
    between: (min, max) => min + next() * (max - min),
    chance: (probability) => next() < probability,
    pick: (values) => values[below(values.length)] as (typeof values)[number],
    weighted: (values) => {
      let at = next() * values.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, value] of values) if ((at -= weight) < 0) return value
      return (values.at(-1) as (typeof values)[number])[1]
    },
    bytes: (length) => {
      const bytes = new Uint8Array(length)
      for (let i = 0; i < length; i += 4) {
        const random = word()
        for (let k = 0; k < 4 && i + k < length; k++) bytes[i + k] = random >>> (8 * k)
      }
      return bytes
    },
  }
}
