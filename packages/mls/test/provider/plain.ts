/** Bytes as arrays of numbers and sets as arrays, for a way between processes that knows JSON only. */
export const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Array.from(value)
  if (value instanceof Set) return [...(value as Set<unknown>)]
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]))
  return value
}

/** The way back, for values that hold no arrays but bytes. */
export const revive = (value: unknown): unknown => {
  if (Array.isArray(value)) return Uint8Array.from(value as number[])
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, revive(field)]))
  return value
}
