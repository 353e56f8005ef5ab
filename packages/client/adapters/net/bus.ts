import { SottoError } from '@sotto/protocol'
import { type Channel, type ClientState, hearAsked, served } from '../../src/index.ts'

/** The channel of one view, whoever serves it at the moment: another process, another tab, this one, or nobody. */
export interface Bus {
  readonly channel: Channel
  /** Where what is posted goes now; null while nobody serves: the next one is asked again anyway. */
  target: ((message: unknown) => void) | null
  /** Something has come from the serving side. */
  hear(message: unknown): void
}

export const newBus = (): Bus => {
  const listeners = new Set<(message: unknown) => void>()
  const bus: Bus = {
    target: null,
    hear: (message) => {
      for (const listener of listeners) listener(message)
    },
    channel: {
      post: (message) => bus.target?.(message),
      listen: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
  }
  return bus
}

/** Names calls, messages and periods of serving: 32 hex digits, never the same twice. */
export const newId = (): string => crypto.randomUUID().replaceAll('-', '')

/** Stands in where nobody can serve any more: answers every call, also those that wait, with the reason. */
export const refuseAll = (bus: Bus, state: ClientState, error: unknown): void => {
  const { code, message, detail } =
    error instanceof SottoError ? error : new SottoError('internal', String(error))
  bus.target = (request) => {
    const heard = hearAsked(request)
    if (heard.kind === 'message' && heard.message.kind === 'call')
      bus.hear(served({ kind: 'failure', call: heard.message.call, code, message, detail }))
  }
  const connection = { kind: 'refused', code } as const
  bus.hear(served({ kind: 'serving', server: newId(), state: { ...state, connection } }))
}
