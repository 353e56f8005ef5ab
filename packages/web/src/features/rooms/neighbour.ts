import type { RoomView } from '@sotto/client'

/** The room beside `current` in the order of the list, going round at its ends; the first or last where there is none. */
export const neighbour = (
  rooms: readonly RoomView[],
  current: string | null,
  direction: 'up' | 'down',
  which: (room: RoomView) => boolean = () => true,
): RoomView | undefined => {
  const ordered = direction === 'down' ? rooms : rooms.toReversed()
  const at = ordered.findIndex((room) => room.id === current)
  return [...ordered.slice(at + 1), ...ordered.slice(0, Math.max(at, 0))].find(which)
}

/** The order on the screen: invitations stand above the rooms. */
export const listed = (rooms: readonly RoomView[]): readonly RoomView[] => [
  ...rooms.filter((room) => room.state.kind === 'invited'),
  ...rooms.filter((room) => room.state.kind !== 'invited'),
]
