import type { FailureCode } from '@sotto/protocol'
import type { ReactionView } from '../content/react/reactions.ts'
import type { ClientState, RoomView, SenderView, SpaceOwner, TimelineItem } from '../view.ts'

/** A message with its place in a room. */
export interface Message {
  readonly room: string
  /** Stays the same for ever; no other message has it. */
  readonly id: string
  /** Its place in the room's log: later messages have higher ones. */
  readonly seq: number
  readonly sender: SenderView
  readonly text: string
  readonly timeMs: number
  /** What people say about it with emoji, as it stood when it was read; absent: nothing. */
  readonly reactions?: readonly ReactionView[]
}

/** @returns undefined for what is no message, or has no place in the log yet */
export const messageOf = (room: string, item: TimelineItem): Message | undefined => {
  if (item.kind !== 'message' || item.seq === null) return undefined
  const { id, seq, sender, text, timeMs, reactions } = item
  return { room, id, seq, sender, text, timeMs, ...(reactions ? { reactions } : {}) }
}

/** What happens while a client is open. */
export interface SottoEvents {
  /** Somebody else has said something: once for each message, in the order of the room. */
  readonly message: Message
  /** A message sent from here has its place in the room. */
  readonly delivered: {
    readonly room: string
    readonly id: string
    readonly seq: number
    readonly timeMs: number
  }
  /** The server has no space for a message sent from here: whose it is. It is kept and sent again by itself. */
  readonly waiting: { readonly room: string; readonly id: string; readonly noSpace: SpaceOwner }
  /** A message sent from here was refused, and why. */
  readonly failed: { readonly room: string; readonly id: string; readonly code: FailureCode }
  /** The reactions to a message are others now: all that it has. */
  readonly reactions: {
    readonly room: string
    readonly id: string
    readonly seq: number
    readonly reactions: readonly ReactionView[]
  }
  /** `name` has been brought into the room. */
  readonly joined: { readonly room: string; readonly name: string; readonly by: SenderView }
  /** `name` is out of the room: by their own wish, or `by` somebody else. */
  readonly left: { readonly room: string; readonly name: string; readonly by: SenderView }
  /** A message stands here that this device cannot read. */
  readonly missed: { readonly room: string; readonly seq: number }
  /** Somebody invites this account; `accept` or `decline` answers. */
  readonly invited: RoomView
  /** Account, connection or rooms are others now. */
  readonly state: ClientState
}
