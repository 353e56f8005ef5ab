import { equalBytes } from './bytes.ts'

/** Keys that end alike, in a list as long as there are few, by their whole content when there are more. */
type Alike = Uint8Array[] | Set<string>

/** Honest keys are random and hardly ever end alike, in four bytes of 8,192 members. */
const listedMax = 16

/**
 * Public keys, found by their last four bytes: those are random in the keys of every suite. Who chooses keys that agree
 * there makes them be found by their whole content, which takes longer, but never longer than the keys are.
 *
 * There is no bound on keys that end alike: everyone would refuse a tree whose members had come in one by one.
 */
export class PublicKeySet {
  readonly #byEnd = new Map<number, Alike>()

  /** @returns whether it was not there yet */
  add(key: Uint8Array): boolean {
    const end = endOf(key)
    const alike = this.#byEnd.get(end)
    if (!alike) {
      this.#byEnd.set(end, [key])
      return true
    }
    if (isAmong(alike, key)) return false
    if (alike instanceof Set) alike.add(textOf(key))
    else if (alike.push(key) > listedMax) this.#byEnd.set(end, new Set(alike.map(textOf)))
    return true
  }

  has(key: Uint8Array): boolean {
    const alike = this.#byEnd.get(endOf(key))
    return alike !== undefined && isAmong(alike, key)
  }
}

const isAmong = (alike: Alike, key: Uint8Array): boolean =>
  alike instanceof Set ? alike.has(textOf(key)) : alike.some((other) => equalBytes(key, other))

const endOf = (key: Uint8Array): number => {
  const at = key.length - 4
  return (key[at] ?? 0) | ((key[at + 1] ?? 0) << 8) | ((key[at + 2] ?? 0) << 16) | ((key[at + 3] ?? 0) << 24)
}

const chunkBytes = 4096

/** One character for each byte. */
const textOf = (key: Uint8Array): string => {
  let text = ''
  for (let at = 0; at < key.length; at += chunkBytes)
    text += String.fromCharCode(...key.subarray(at, at + chunkBytes))
  return text
}
