import { isOver, type OpenRoomView, type RoomView } from '@sotto/client'

const folded = (name: string): string => name.trim().normalize('NFKC').toLowerCase()

/** Whether a room of this name is there already: the open one that the user is not in, or one of the user's own. */
export const namesake = (
  rooms: readonly RoomView[],
  open: OpenRoomView | null,
  name: string,
): 'sameAsOpen' | 'sameName' | null => {
  if (folded(name) === '') return null
  if (open && open.standing !== 'inside' && folded(open.name) === folded(name)) return 'sameAsOpen'
  return rooms.some((room) => !isOver(room) && folded(room.name) === folded(name)) ? 'sameName' : null
}
