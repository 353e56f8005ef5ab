/** Gives what was made of these bytes before, or makes it. */
export type KeyCache<T> = (bytes: Uint8Array, make: () => T) => T

/**
 * Imported public keys by their bytes, the least recently used leaving first. By content and not by array: the
 * same key comes out of many messages, and nobody who changes an array in place may be answered for the old one.
 *
 * @param idOf the bytes as a string
 */
export const publicKeyCache = <T>(countMax: number, idOf: (bytes: Uint8Array) => string): KeyCache<T> => {
  const kept = new Map<string, T>()
  return (bytes, make) => {
    const id = idOf(bytes)
    let value = kept.get(id)
    if (value === undefined) {
      value = make()
      if (kept.size >= countMax) kept.delete(kept.keys().next().value as string)
    } else kept.delete(id)
    kept.set(id, value)
    return value
  }
}

/**
 * Imported private keys by array, so that they end with the last reference to the key. The digest notices an array
 * that was wiped or reused; of a uniformly random key it tells nothing.
 */
export const privateKeyCache = <T>(digestOf: (bytes: Uint8Array) => string): KeyCache<T> => {
  const kept = new WeakMap<Uint8Array, { readonly digest: string; readonly value: T }>()
  return (bytes, make) => {
    const digest = digestOf(bytes)
    const found = kept.get(bytes)
    if (found?.digest === digest) return found.value
    const value = make()
    kept.set(bytes, { digest, value })
    return value
  }
}
