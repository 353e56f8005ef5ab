import type { Client, ClientEvent } from '../view.ts'

/** Whoever looks at a client on this side. */
export interface Feed extends Pick<Client, 'subscribe'> {
  publish(event: ClientEvent): void
  clear(): void
}

export const openFeed = (): Feed => {
  const listeners = new Set<(event: ClientEvent) => void>()
  return {
    publish: (event) => {
      for (const listener of listeners) listener(event)
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    clear: () => listeners.clear(),
  }
}
