export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Parts of the path are encoded by whoever writes it. */
  readonly path: string
  readonly body?: unknown
  readonly token?: string
}

/** What has answered a call, whoever it was. */
export interface CallAnswer {
  readonly status: number
  /** Null for what is not JSON by its type: nobody reads it. */
  readonly json: string | null
}

/** What a socket tells, in the order in which it happens. */
export interface SocketListener {
  /** What is shown to be let in, asked for at every try; nothing is shown where the answer is undefined. */
  token(): Promise<string | undefined>
  /**
   * Not let in, or not reached; `data` is what the server has said. A socket that `comesBack` tries again by itself.
   */
  onRefused(data: unknown, comesBack: boolean): void
  /** `by` the server: it does not come back by itself then. */
  onClosed(by: 'server' | 'network'): void
  onEvent(event: string, payload: unknown): void
}

/** One Socket.IO connection: it comes back by itself from all but a refusal and a server that closed it. */
export interface LaneSocket {
  connect(): void
  /** Only while it is open. `acknowledged` is not called where the connection breaks before. */
  emit(event: string, payload: object, acknowledged: (answer: unknown) => void): void
  close(): void
}

/** The way to one server. */
export interface LaneTransport {
  /** @throws LaneError `OFFLINE`, `TIMEOUT`, `ANSWER_INVALID` for more than any answer may have */
  call(call: Call): Promise<CallAnswer>
  /** Connects at once. */
  socket(listener: SocketListener): LaneSocket
}
