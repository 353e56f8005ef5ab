import type { Bus, BusEvent } from '../bus/bus.ts'

/** What one socket listens to, each topic once. */
export interface Topics {
  add(topic: string): void
  drop(topic: string): void
  /** Nothing is listened to any more, whatever is still under way adds. */
  end(): void
}

export const makeTopics = (bus: Pick<Bus, 'subscribe'>, hear: (event: BusEvent) => void): Topics => {
  const subscriptions = new Map<string, () => void>()
  let hasEnded = false
  const drop = (topic: string): void => {
    subscriptions.get(topic)?.()
    subscriptions.delete(topic)
  }
  return {
    add: (topic) => {
      if (!hasEnded && !subscriptions.has(topic)) subscriptions.set(topic, bus.subscribe(topic, hear))
    },
    drop,
    end: () => {
      hasEnded = true
      for (const topic of subscriptions.keys()) drop(topic)
    },
  }
}
