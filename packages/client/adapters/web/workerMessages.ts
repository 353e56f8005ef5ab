import type { FailureCode, FailureDetail } from '@sotto/protocol'

/** A failure that crosses the border of a worker. */
export interface FailureMessage {
  readonly code: FailureCode
  readonly message: string
  readonly detail: FailureDetail
}

/** From the page that leads to its client worker. */
export type ToWorker =
  | { readonly kind: 'open'; readonly server: string; readonly profile: string }
  /** The worker at the other end of a port for passwords has ended without an answer. */
  | ({ readonly kind: 'password_lost'; readonly step: number } & FailureMessage)
  | { readonly kind: 'close' }

/** From the client worker to its page. */
export type FromWorker =
  | { readonly kind: 'opened' }
  /** The client cannot be opened: trying again changes nothing. */
  | ({ readonly kind: 'refused' } & FailureMessage)
  /** The browser has taken the storage away; whoever opens it again sees what is left. */
  | { readonly kind: 'storage_taken' }
  /** A bug; the worker is of no use any more. */
  | { readonly kind: 'crashed'; readonly message: string }
  /** A worker that computes OPAQUE is wanted at the other end of `port`, until `password_done`. */
  | { readonly kind: 'password'; readonly step: number; readonly port: MessagePort }
  | { readonly kind: 'password_done'; readonly step: number }
  | { readonly kind: 'closed' }

/** Name of the channel on which the tabs of a profile meet; also the name of the lock of the one that leads. */
export const meetingNameOf = (profile: string): string => `sotto/${profile}`
