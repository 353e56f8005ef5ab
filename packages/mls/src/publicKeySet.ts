import { equalBytes } from './bytes.ts'
import { MlsError } from './error.ts'

/** Different keys that may end alike. Honest keys are random and hardly ever do, in four bytes of 8,192 members. */
const lookalikesMax = 16

/**
 * Public keys, found by their last four bytes: those are random in the keys of every suite. Keys made to end alike
 * cannot slow the look-up down, as more than a few of them are refused.
 */
export class PublicKeySet {
  readonly #byEnd = new Map<number, Uint8Array[]>()

  /** @returns whether it was not there yet. @throws MlsError `limit_exceeded` */
  add(key: Uint8Array): boolean {
    const end = endOf(key)
    const alike = this.#byEnd.get(end)
    if (!alike) {
      this.#byEnd.set(end, [key])
      return true
    }
    if (alike.some((other) => equalBytes(key, other))) return false
    if (alike.length === lookalikesMax) throw new MlsError('limit_exceeded', 'too many keys that end alike')
    alike.push(key)
    return true
  }

  has(key: Uint8Array): boolean {
    return this.#byEnd.get(endOf(key))?.some((other) => equalBytes(key, other)) ?? false
  }
}

const endOf = (key: Uint8Array): number => {
  const at = key.length - 4
  return (key[at] ?? 0) | ((key[at + 1] ?? 0) << 8) | ((key[at + 2] ?? 0) << 16) | ((key[at + 3] ?? 0) << 24)
}
