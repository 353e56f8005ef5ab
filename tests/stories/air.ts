import type { Channel } from '@sotto/client'

/** Both ends of a border between two clients: messages are clones, and come a moment later. */
export const air = (): readonly [Channel, Channel] => {
  const ends: ((message: unknown) => void)[][] = [[], []]
  const end = (own: number): Channel => ({
    post: (message) => {
      const copy: unknown = structuredClone(message)
      queueMicrotask(() => ends[1 - own]?.forEach((hear) => hear(copy)))
    },
    listen: (listener) => {
      ends[own]?.push(listener)
      return () => void ends[own]?.splice(ends[own].indexOf(listener), 1)
    },
  })
  return [end(0), end(1)]
}
