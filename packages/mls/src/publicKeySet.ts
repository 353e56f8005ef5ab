/**
 * Public keys, found by their whole content. A look-up by a part of the key would let whoever chooses keys that agree
 * there slow it down, and a bound against that would make everyone refuse a tree that members had accepted.
 */
export class PublicKeySet {
  readonly #keys = new Set<string>()

  /** @returns whether it was not there yet */
  add(key: Uint8Array): boolean {
    const before = this.#keys.size
    return this.#keys.add(textOf(key)).size > before
  }

  has(key: Uint8Array): boolean {
    return this.#keys.has(textOf(key))
  }
}

const chunkBytes = 4096

/** One character for each byte: keys of a thousand bytes are compared a million times when a large tree is read. */
const textOf = (key: Uint8Array): string => {
  let text = ''
  for (let at = 0; at < key.length; at += chunkBytes)
    text += String.fromCharCode(...key.subarray(at, at + chunkBytes))
  return text
}
