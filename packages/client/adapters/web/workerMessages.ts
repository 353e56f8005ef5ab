import type { FailureCode, FailureDetail } from '@sotto/protocol'

/** From the page that leads to its client worker. */
export type ToWorker =
  | { readonly kind: 'open'; readonly server: string; readonly profile: string }
  | { readonly kind: 'close' }

/** From the client worker to its page. */
export type FromWorker =
  | { readonly kind: 'opened' }
  /** The client cannot be opened: trying again changes nothing. */
  | {
      readonly kind: 'refused'
      readonly code: FailureCode
      readonly message: string
      readonly detail: FailureDetail
    }
  /** The browser has taken the storage away; whoever opens it again sees what is left. */
  | { readonly kind: 'storage_taken' }
  /** A bug; the worker is of no use any more. */
  | { readonly kind: 'crashed'; readonly message: string }
  /** A worker that computes OPAQUE is wanted at the other end of `port`. */
  | { readonly kind: 'password'; readonly port: MessagePort }
  | { readonly kind: 'closed' }

/** Name of the channel on which the tabs of a profile meet; also the name of the lock of the one that leads. */
export const meetingNameOf = (profile: string): string => `sotto/${profile}`
