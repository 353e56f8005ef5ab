import type { Place } from './places.ts'

/** How one moves in a conversation. */
export interface TimelineActions {
  readonly onOlder: () => void
  readonly onNewer: () => void
  readonly onTrim: () => void
  readonly onPlace: (place: Place) => void
  /** Shows the newest messages. */
  readonly onEnd: () => void
  /** Shows what comes after the read marker. */
  readonly onUnread: (marker: number) => void
  /** Somebody says that they have read everything. */
  readonly onReadAll: () => void
}
