import type { FailureCode, FailureDetail } from '@sotto/protocol'
import type { ClientEvent, ClientState } from '../view.ts'

/**
 * The client's façade across a border: worker and tab, leading tab and the others, process with the profile and
 * processes without. Everything is structured-clonable and survives JSON.
 *
 * One side serves, any number of others listen on the same channel. Who serves may change at any time: the new one
 * says `serving`, upon which the others repeat every call that has had no answer, in the order of asking. A call names
 * whom it is for: the new one would otherwise carry out what comes to it first before what is repeated to it.
 */
export interface Channel {
  post(message: unknown): void
  /** @returns a function that ends listening */
  listen(listener: (message: unknown) => void): () => void
}

/** From the side that asks. */
export type Request =
  | { readonly kind: 'hello' }
  | {
      readonly kind: 'call'
      readonly call: string
      /** Whom the call is for, as it has named itself. */
      readonly server: string
      /** One of the table of commands. */
      readonly command: string
      readonly input: unknown
    }

/** From the side that serves. */
export type Reply =
  /** Nobody serves yet, but somebody is about to. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'serving'; readonly server: string; readonly state: ClientState }
  | { readonly kind: 'event'; readonly event: ClientEvent }
  | { readonly kind: 'result'; readonly call: string; readonly value: unknown }
  | {
      readonly kind: 'failure'
      readonly call: string
      readonly code: FailureCode
      readonly message: string
      readonly detail: FailureDetail
    }

const kindOf = (message: unknown): unknown =>
  typeof message === 'object' && message !== null && 'kind' in message ? message.kind : undefined

/** A channel may carry other things as well: what is not ours is passed over. */
export const isRequest = (message: unknown): message is Request => {
  const kind = kindOf(message)
  if (kind === 'hello') return true
  const { call, command } = (message ?? {}) as Partial<Record<'call' | 'command', unknown>>
  return kind === 'call' && typeof call === 'string' && typeof command === 'string'
}

export const isReply = (message: unknown): message is Reply => {
  const kind = kindOf(message)
  return (
    kind === 'starting' || kind === 'serving' || kind === 'event' || kind === 'result' || kind === 'failure'
  )
}
