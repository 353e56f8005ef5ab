import type { ServerFrame, SottoError } from '@sotto/protocol'
import type { LiveConnection, LiveEvent, Transport } from '../ports/transport.ts'
import { failureOf, type Why, whyOf } from './lineFailure.ts'

export type Route = 'websocket' | 'poll'

export interface LineListener {
  /** Whether the line is the one that is used. */
  isUsed(live: LiveConnection): boolean
  /** The server knows who is there. */
  ready(live: LiveConnection, route: Route): void
  frame(frame: ServerFrame): void
  closed(why: Why): void
}

/** A line, or why it ended before it could be used. */
export type OpenedLine =
  | { readonly kind: 'opened'; readonly live: LiveConnection }
  | { readonly kind: 'ended'; readonly why: Why }

/**
 * Opens a line. The transport may tell of it before it hands it out: what is said then is of a line that is not used yet.
 */
export const openLine = (transport: Transport, token: string, listener: LineListener): OpenedLine => {
  let route: Route = 'websocket'
  let end: Why | null = null
  let refusal: SottoError | undefined
  let own: LiveConnection | null = null
  const isUsed = (live: LiveConnection | null): live is LiveConnection =>
    live !== null && listener.isUsed(live)

  const hear = (frame: ServerFrame): void => {
    if (!isUsed(own)) return
    if (frame.kind === 'ready') listener.ready(own, route)
    if (frame.kind === 'refused' && frame.requestId === null) refusal = failureOf(frame)
    listener.frame(frame)
  }
  own = transport.live(token, (event: LiveEvent) => {
    if (end) return
    switch (event.kind) {
      case 'opened':
        ;({ route } = event)
        return
      case 'frame':
        return hear(event.frame)
      case 'closed':
        end = whyOf(event.failure ?? refusal)
        if (isUsed(own)) listener.closed(end)
    }
  })
  return end ? { kind: 'ended', why: end } : { kind: 'opened', live: own }
}
