import { type Client, isOffered, isOver, type RoomView, SottoError } from '@sotto/client'
import { printableLine } from './printable.ts'
import { isOpenRoomMeant, joinLine, openRoomNow } from './openRoom.ts'
import { shortTime } from './time.ts'
import { settled } from './waiting.ts'
import { folded } from './folded.ts'

/** Enough of an id to mean one room; fewer digits are more likely a name. */
const prefixDigitsMin = 4

/** How a room is called in a list: its name, or what it is while it has none. */
export const roomTitle = ({ id, name, state }: RoomView): string => {
  if (name !== '') return printableLine(name)
  return state.kind === 'invited' ? 'Invitation' : id.slice(0, 8)
}

/** Rooms with this name, else with one that differs in case only, else with an id that begins like this. */
export const matchingRooms = (rooms: readonly RoomView[], wanted: string): readonly RoomView[] => {
  const exact = rooms.filter((room) => room.name === wanted)
  if (exact.length > 0) return exact
  const named = rooms.filter((room) => room.name !== '' && folded(room.name) === folded(wanted))
  if (named.length > 0) return named
  const prefix = wanted.toLowerCase()
  return prefix.length >= prefixDigitsMin ? rooms.filter((room) => room.id.startsWith(prefix)) : []
}

/** What tells a room from another of the same name: who is in it, and what was said last. */
const distinction = (room: RoomView): string => {
  const members = room.memberCount === 1 ? '1 member' : `${room.memberCount} members`
  const latest = room.latest
    ? `, last ${shortTime(room.latest.timeMs)} ${printableLine(room.latest.sender)}`
    : ', no messages yet'
  return `${room.id.slice(0, 12)}  ${roomTitle(room)}, ${members}${room.isOpen ? ', open' : ''}${latest}`
}

const theOne = (found: readonly RoomView[], wanted: string): RoomView | undefined => {
  if (found.length < 2) return found[0]
  const candidates = found.map((room) => `\n  ${distinction(room)}`).join('')
  throw new SottoError('bad_request', `several rooms are called ${wanted}; choose by id:${candidates}`)
}

/**
 * The room with this name, or with an id that begins like this. When it is not known here, the server is asked first.
 *
 * @throws SottoError `room_unknown`, `bad_request` where several rooms fit
 */
export const findRoom = async (client: Client, wanted: string): Promise<RoomView> => {
  const look = (): RoomView | undefined => {
    const found = matchingRooms(client.state().rooms, wanted)
    // A room that goes on in another one has the same name: who says the name means the one that goes on.
    const there = found.filter((room) => !isOver(room))
    return theOne(there.length > 0 ? there : found, wanted)
  }
  const known = look()
  if (known) return known
  await settled(client)
  const found = look()
  if (found) return found
  const openRoom = await openRoomNow(client)
  const isOpen = openRoom && isOffered(openRoom) && isOpenRoomMeant(openRoom, wanted)
  throw new SottoError(
    'room_unknown',
    isOpen
      ? openRoom.standing === 'waiting'
        ? `${wanted} waits for a member to come online; it opens by itself`
        : `you are not in ${wanted} yet; it is open to everyone here: ${joinLine(openRoom)}`
      : `there is no room ${wanted} on this device`,
  )
}
