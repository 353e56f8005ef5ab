import type { RoomView } from '@sotto/client'
import { isEnded } from '../../client/standing.ts'

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

/** The parts of the list, in the order in which they stand on the screen. */
export interface Listed {
  readonly invitations: readonly RoomView[]
  readonly rooms: readonly RoomView[]
  /** Kept only to be read. */
  readonly ended: readonly RoomView[]
}

export const listed = (rooms: readonly RoomView[]): Listed => ({
  invitations: rooms.filter(({ state }) => state.kind === 'invited'),
  rooms: rooms.filter(({ state }) => state.kind !== 'invited' && !isEnded(state)),
  ended: rooms.filter(({ state }) => isEnded(state)),
})
