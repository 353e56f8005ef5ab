import type { LaneCode } from './failure.ts'

/** Where something was said that everybody in a place can read. */
export type Place =
  | { readonly kind: 'room'; readonly room: number }
  | { readonly kind: 'chat'; readonly chat: string }

export type LaneEvent =
  /** To us alone. `id` is the sender's and is told once. */
  | {
      readonly kind: 'message'
      readonly from: string
      readonly id: string
      readonly timeMs: number
      readonly text: string
    }
  /** In a room or chat, our own among them. */
  | {
      readonly kind: 'place_message'
      readonly place: Place
      readonly from: string
      readonly own: boolean
      readonly id: string
      readonly timeMs: number
      readonly text: string
    }
  | {
      readonly kind: 'invitation'
      readonly chat: string
      readonly from: string
      readonly participants: readonly string[]
    }
  | {
      readonly kind: 'presence'
      readonly name: string
      readonly change: 'joined' | 'left' | 'online' | 'offline'
      readonly place: Place | null
    }
  /** The key of somebody was seen for the first time and is remembered. */
  | { readonly kind: 'key_pinned'; readonly name: string; readonly fingerprint: string }
  /**
   * The server now says another key. It is not believed: nothing is sealed to it, and what is signed by it waits
   * until somebody has compared the fingerprint and says `trust`.
   */
  | {
      readonly kind: 'key_changed'
      readonly name: string
      readonly known: string
      readonly told: string
    }
  /** Something arrived that is not told as a message, and why. */
  | {
      readonly kind: 'refused'
      readonly from: string
      readonly place: Place | null
      readonly code: LaneCode
    }
  | { readonly kind: 'connection'; readonly state: 'connecting' | 'online' | 'offline' | 'refused' }

export type LaneListener = (event: LaneEvent) => void | Promise<void>
