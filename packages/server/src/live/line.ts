import type { ServerFrame } from '@sotto/protocol'
import type { Lease } from '../budget/memory.ts'
import type { DeviceCaller } from '../directory/keyPackages.ts'
import type { EarlyEvents } from './early.ts'
import type { News } from './news.ts'
import type { Topics } from './topics.ts'

export type ClosingReason = (ServerFrame & { readonly kind: 'closing' })['reason']

/** How far a socket has come. */
export type Phase =
  | { readonly kind: 'new' }
  /** The session is being looked up, and the rooms; what is published meanwhile waits. */
  | { readonly kind: 'greeting'; readonly early: EarlyEvents }
  | { readonly kind: 'live'; readonly caller: DeviceCaller; readonly renewedMs: number }
  | { readonly kind: 'closed' }

/** One socket of a client, for whatever is done about it. */
export interface Line {
  phase: Phase
  readonly topics: Topics
  /** What it holds of the memory of this server. */
  readonly leases: readonly Lease[]
  send(frame: ServerFrame): void
  /** Tells what was not asked for, while the socket keeps up. */
  push(news: News): void
  /** Whose socket it is has been found out. */
  identified(account: Uint8Array): void
  close(reason: ClosingReason): void
}

export const isClosed = (line: Line): boolean => line.phase.kind === 'closed'
