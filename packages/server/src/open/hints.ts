/** What a service tells the sockets. A lost hint costs time, never a letter: those are stored first. */
export type Hint =
  | { readonly kind: 'event'; readonly event: string; readonly payload: unknown }
  /** There is a new letter in the mailbox. */
  | { readonly kind: 'mail' }
  /** The session or access token has ended. */
  | { readonly kind: 'ended' }

/** Who listens to a topic hears what is published to it from then on. */
export interface Hints {
  publish(topic: string, hint: Hint): void
  /** The answer ends the subscription. */
  subscribe(topic: string, listener: (hint: Hint) => void): () => void
}

export const userTopic = (user: number): string => `user/${user}`
export const tokenTopic = (tokenHash: Uint8Array): string =>
  `token/${Buffer.from(tokenHash).toString('latin1')}`

/** The hints of a server that is one process. */
export const processHints = (): Hints => {
  const listeners = new Map<string, Set<(hint: Hint) => void>>()
  return {
    publish: (topic, hint) => {
      for (const listener of listeners.get(topic) ?? []) listener(hint)
    },
    subscribe: (topic, listener) => {
      const known = listeners.get(topic) ?? new Set()
      listeners.set(topic, known.add(listener))
      return () => {
        known.delete(listener)
        if (known.size === 0 && listeners.get(topic) === known) listeners.delete(topic)
      }
    },
  }
}
