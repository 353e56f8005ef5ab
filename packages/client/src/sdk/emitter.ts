import type { SottoEvents } from './events.ts'

type Listener<Kind extends keyof SottoEvents> = (event: SottoEvents[Kind]) => void

export type Emit = <Kind extends keyof SottoEvents>(kind: Kind, event: SottoEvents[Kind]) => void

/** Those who listen, by what they listen to. */
export interface Emitter {
  readonly emit: Emit
  /** @returns a function that ends listening */
  on<Kind extends keyof SottoEvents>(kind: Kind, listener: Listener<Kind>): () => void
}

export const makeEmitter = (): Emitter => {
  const listeners: { [Kind in keyof SottoEvents]: Set<Listener<Kind>> } = {
    message: new Set(),
    delivered: new Set(),
    waiting: new Set(),
    failed: new Set(),
    reactions: new Set(),
    joined: new Set(),
    left: new Set(),
    missed: new Set(),
    invited: new Set(),
    state: new Set(),
  }
  return {
    emit: (kind, event) => {
      for (const listener of listeners[kind]) listener(event)
    },
    on: (kind, listener) => {
      const own = listeners[kind]
      own.add(listener)
      return () => void own.delete(listener)
    },
  }
}
