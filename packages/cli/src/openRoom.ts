import type { Client, OpenRoomView, PersonView } from '@sotto/client'
import { typed } from './calledAs.ts'
import { printableLine } from './printable.ts'
import { shortTime } from './time.ts'
import { folded } from './folded.ts'

/** Enough of an id to mean a room; fewer digits are more likely a name. */
const prefixDigitsMin = 4

/** Whether the open room of the server is meant: by its name, or by the beginning of its id. */
export const isOpenRoomMeant = ({ name, room }: OpenRoomView, wanted: string): boolean =>
  folded(name) === folded(wanted) ||
  (wanted.length >= prefixDigitsMin && room.startsWith(wanted.toLowerCase()))

/** How to come into a room, as it is typed. */
export const joinLine = ({ name }: OpenRoomView): string => `sotto room join ${typed(printableLine(name))}`

/** What stands behind the name of the open room in a list, for somebody who is not in it. */
export const openRoomText = (open: OpenRoomView): string => {
  const members = open.memberCount === 1 ? '1 member' : `${open.memberCount} members`
  switch (open.standing) {
    case 'outside':
      return `open to everyone here, ${members}: ${joinLine(open)}`
    case 'waiting':
      return `waiting for a member to come online${open.sinceMs === null ? '' : `, since ${shortTime(open.sinceMs)}`}; it opens by itself`
    case 'inside':
    case 'removed':
      return ''
  }
}

/** What it means that a room is open, said to whoever opens it. */
export const openMeaning =
  'Everyone with an account on this server can join, and the server knows this room’s name.'

const peopleShownMax = 8

/** Who else is on this server, and how to talk to them; nothing where nobody is known. */
export const neighbourLines = (people: readonly PersonView[], room: string | null): readonly string[] => {
  if (people.length === 0) return []
  const names = people.slice(0, peopleShownMax).map(({ name }) => printableLine(name))
  const more = people.length > peopleShownMax ? ` and ${people.length - peopleShownMax} more` : ''
  const [first = 'NAME'] = names
  return [
    `Also on this server: ${names.join(', ')}${more}.`,
    room === null
      ? `Create a room and invite them: sotto room create NAME, then sotto room invite NAME ${typed(first)}`
      : `Invite them: sotto room invite ${typed(room)} ${typed(first)}`,
  ]
}

/** The open room as the server says now; null where it cannot be asked, or has none. */
export const openRoomNow = (client: Client): Promise<OpenRoomView | null> =>
  client.findOpenRoom({}).catch(() => client.state().openRoom ?? null)

/** Who else is there; nobody where the server cannot be asked. */
export const peopleNow = (client: Client): Promise<readonly PersonView[]> => client.people({}).catch(() => [])
