import type { Acknowledgement, LoggedMessage } from '@sotto/protocol'

/** One entry that has become durable. */
export interface Appended {
  readonly message: LoggedMessage
  readonly ack: Acknowledgement
}

/** Hints between the services and the edge. A lost one costs time, never a message: the log is the truth. */
export type BusEvent =
  /** Consecutive entries of one room. */
  | { readonly kind: 'appended'; readonly room: Uint8Array; readonly entries: readonly Appended[] }
  /** A device has got a leaf in a room, or has lost it. */
  | { readonly kind: 'joined' | 'left'; readonly room: Uint8Array; readonly device: Uint8Array }
  /** A room that was lost to the device has come back, up to this entry. */
  | { readonly kind: 'returned'; readonly room: Uint8Array; readonly head: number }
  /** Somebody asks to come into the room, whose log ends here. */
  | { readonly kind: 'asked'; readonly room: Uint8Array; readonly head: number }
  | { readonly kind: 'welcome'; readonly room: Uint8Array; readonly device: Uint8Array }
  /** Something waits for the script behind a hook. */
  | { readonly kind: 'handed_out'; readonly hook: Uint8Array }
  /** Of somebody who is in the room whose topic this is. */
  | { readonly kind: 'chain_grew'; readonly account: Uint8Array; readonly seq: number }
  | { readonly kind: 'session_ended'; readonly tokenHash: Uint8Array }

/** Who listens to a topic hears what is published to it from then on. */
export interface Bus {
  publish(topic: string, event: BusEvent): void
  /** The answer ends the subscription. */
  subscribe(topic: string, listener: (event: BusEvent) => void): () => void
}

const topicOf = (kind: string, id: Uint8Array): string => `${kind}/${Buffer.from(id).toString('latin1')}`

export const roomTopic = (room: Uint8Array): string => topicOf('room', room)
export const deviceTopic = (device: Uint8Array): string => topicOf('device', device)
export const hookTopic = (hook: Uint8Array): string => topicOf('hook', hook)
export const sessionTopic = (tokenHash: Uint8Array): string => topicOf('session', tokenHash)
