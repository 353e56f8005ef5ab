import type { RoomView, TimelineItem } from '../view.ts'

/**
 * Up to where a room has been read with this page of its timeline. At the end of the log stand own messages that the
 * server has acknowledged and the log does not show yet: what others have written before them is still to come.
 */
export const readUpTo = (items: readonly TimelineItem[], place: 'inside' | 'end'): number =>
  items
    .filter((item) => place === 'inside' || item.kind !== 'message' || !item.sender.own)
    .reduce((seq, item) => Math.max(seq, item.seq ?? 0), 0)

/** Whether a room has a history to read: it is or was one of the user's. */
export const isReadable = ({ state }: RoomView): boolean => {
  switch (state.kind) {
    case 'active':
    case 'behind':
    case 'repairing':
    case 'frozen':
    case 'refounded':
    case 'removed':
    case 'left':
      return true
    case 'invited':
    case 'joining':
      return state.kept
  }
}

/** Whether the user is not in the room any more: it stays to be read until it is deleted. */
export const isOver = ({ state }: RoomView): boolean =>
  state.kind === 'left' || state.kind === 'removed' || state.kind === 'refounded'
