import type { ClientFrame, InputOf, Operation, OutputOf, ServerFrame, SottoError } from '@sotto/protocol'

/** How the live lane reaches the server: the long poll stands in where WebSocket is blocked. */
export type LiveRoute = 'websocket' | 'poll'

export type LiveEvent =
  | { readonly kind: 'opened'; readonly route: LiveRoute }
  | { readonly kind: 'frame'; readonly frame: ServerFrame }
  /** The last event of a connection. `failure`: what has ended it, where that is known. */
  | { readonly kind: 'closed'; readonly failure?: SottoError }

export interface LiveConnection {
  /** Best effort: what a closing connection swallows is sent again by the outbox. */
  send(frame: ClientFrame): void
  close(): void
}

/** The way to one server. */
export interface Transport {
  /**
   * One operation. What comes back has been parsed within limits.
   * @throws SottoError with the server's code, or `offline`, `timeout`, `integrity` (an answer that is no answer)
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- the operation's own types flow through InputOf and OutputOf
  call<Op extends Operation<any, any, any>>(
    op: Op,
    input: InputOf<Op>,
    token: string | null,
  ): Promise<OutputOf<Op>>
  /** Opens a connection and sends `hello`. Never throws: failures arrive as `closed`. Reconnecting is the caller's. */
  live(token: string, listener: (event: LiveEvent) => void): LiveConnection
}
