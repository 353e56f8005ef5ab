/** Forgets what was used longest ago when the weights together exceed `weightMax`. */
export interface BoundedCache<V> {
  get(key: string): V | undefined
  set(key: string, value: V): void
  delete(key: string): void
  clear(): void
}

export interface CacheOptions<V> {
  readonly weightMax: number
  weigh(value: V): number
  /** A value that must not be forgotten now, because something is known of it that is stored nowhere else. */
  isPinned?(value: V): boolean
}

/** How many of the oldest are looked at for one that can go. */
const evictionTriesMax = 64

export const boundedCache = <V>({ weightMax, weigh, isPinned }: CacheOptions<V>): BoundedCache<V> => {
  const values = new Map<string, { readonly value: V; readonly weight: number }>()
  let weight = 0

  const remove = (key: string): void => {
    weight -= values.get(key)?.weight ?? 0
    values.delete(key)
  }

  const evict = (newest: string): void => {
    let tries = 0
    for (const [key, { value }] of values) {
      if (weight <= weightMax || key === newest || tries++ >= evictionTriesMax) return
      if (!isPinned?.(value)) remove(key)
    }
  }

  return {
    get: (key) => {
      const found = values.get(key)
      if (!found) return undefined
      values.delete(key)
      values.set(key, found)
      return found.value
    },
    set: (key, value) => {
      remove(key)
      const added = { value, weight: weigh(value) }
      values.set(key, added)
      weight += added.weight
      evict(key)
    },
    delete: remove,
    clear: () => {
      values.clear()
      weight = 0
    },
  }
}
