import type { Socket } from 'socket.io'

export interface Refusal {
  readonly ok: false
  readonly code: string
  readonly error: string
  /** The field that is not as it should be. */
  readonly field?: string
}

/** What acknowledges an event. */
export type Answer = Refusal | { readonly ok: true; readonly [field: string]: unknown }

/** One connected program, as one dialect knows it. */
export interface Guest {
  /**
   * Takes an event with its payloads. What it throws is a refusal.
   *
   * @returns what acknowledges it; undefined where this dialect does not know the event in this form
   */
  take(event: string, payloads: readonly unknown[]): Promise<Answer> | undefined
  /** Tells of a refusal by whatever event the programs of this dialect hear. */
  refused(event: string, refusal: Refusal): void
  /** The gateway ends: says so. */
  ending(): void
  /** The connection has ended. */
  leave(): Promise<void>
}

export interface HttpQuestion {
  readonly query: URLSearchParams
  /** What was posted, parsed as JSON; undefined where nothing was. */
  readonly body: unknown
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** `anyone`: a page has to be there before it can say the token. */
  readonly access: 'token' | 'anyone'
  /** What it throws is a refusal. */
  answer(question: HttpQuestion): Promise<HttpAnswer>
}

/** A language of local programs: the events and the requests that belong together. */
export interface Dialect {
  readonly routes: readonly Route[]
  /** Somebody has connected, and has said the token. */
  welcome(socket: Socket): Guest
  /** Does nothing by itself any more. */
  close?(): void
}
