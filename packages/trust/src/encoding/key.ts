import { toHex } from '@sotto/protocol'

const keys = new WeakMap<Uint8Array, string>()

/** An id as the key of a map: lower-case hex, remembered for the bytes that it was asked of. */
export const keyOf = (id: Uint8Array): string => {
  const known = keys.get(id)
  if (known !== undefined) return known
  const key = toHex(id)
  keys.set(id, key)
  return key
}
