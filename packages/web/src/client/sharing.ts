const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const sharedList = (before: readonly unknown[], next: readonly unknown[]): readonly unknown[] => {
  // What moves in a list keeps its object: rooms change their places with every message.
  const byId = new Map(before.map((one) => [isRecord(one) ? one['id'] : undefined, one]))
  const list = next.map((one, at) => {
    const id = isRecord(one) ? one['id'] : undefined
    return shared(id === undefined ? before[at] : byId.get(id), one)
  })
  return list.length === before.length && list.every((one, at) => one === before[at]) ? before : list
}

const sharedRecord = (
  before: Readonly<Record<string, unknown>>,
  next: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => {
  const keys = Object.keys(next)
  const record = Object.fromEntries(keys.map((key) => [key, shared(before[key], next[key])]))
  const isSame =
    keys.length === Object.keys(before).length &&
    keys.every((key) => Object.hasOwn(before, key) && record[key] === before[key])
  return isSame ? before : record
}

/**
 * The value `next` of plain data, in which every part that reads as it did before is the object that it was: what has
 * changed is seen by comparing objects, and no component compares fields.
 */
export const shared = <Value>(before: unknown, next: Value): Value => {
  if (Object.is(before, next)) return next
  if (Array.isArray(before) && Array.isArray(next)) return sharedList(before, next) as Value
  if (isRecord(before) && isRecord(next)) return sharedRecord(before, next) as Value
  return next
}
