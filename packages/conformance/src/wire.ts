import type { Answer, Ask } from './rest.ts'

export interface ConnectOptions {
  readonly transports?: readonly ('polling' | 'websocket')[]
  readonly headers?: Readonly<Record<string, string>>
}

/** What a server says to a socket that it does not let in; undefined where it says nothing. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly data: unknown

  constructor(data: unknown) {
    super(`the socket was not let in: ${JSON.stringify(data)}`)
    this.data = data
  }
}

/** One socket of a client in any language. */
export interface Wire {
  /** @throws Refusal */
  readonly connected: Promise<void>
  readonly dropped: Promise<void>
  onEvent(listener: (event: string, payload: unknown) => void): void
  /** Resolves with what acknowledges it. */
  emit(event: string, payload: unknown): Promise<unknown>
  close(): void
}

/** What the rows are driven by: a client in JavaScript, or one in another language. */
export interface BenchClient {
  rest(url: string, call: string, ask: Ask): Promise<Answer>
  wire(url: string, auth: object, options: ConnectOptions): Wire
}
