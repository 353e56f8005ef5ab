import { printableLine } from '../printable.ts'

/** The classic room of a bridge. */
export interface ClassicRoom {
  readonly room: number
  readonly name: string
  readonly isPrivate: boolean
}

const mayJoin = ({ isPrivate }: ClassicRoom): string =>
  isPrivate ? 'whoever its creator lets in' : 'anybody with an account on this server'

/** What the members of the encrypted room read. */
export const encryptedNotice = (classic: ClassicRoom, bot: string): string =>
  `This room is bridged with the classic room “${printableLine(classic.name)}”. ` +
  `Messages from here can be read there, by ${mayJoin(classic)}; messages from there appear here, with their authors' names. ` +
  `Earlier messages stay here. To end this, remove ${bot} from this room.`

/** What those in the classic room read: nothing of the encrypted room but that there is one. */
export const classicNotice = (bot: string): string =>
  'This classic room is bridged with an encrypted room. ' +
  `Messages from here can be read there; messages from there appear here, with their authors' names. ${bot} carries it.`

export const endedNotice = (bot: string): string =>
  `This classic room is no longer bridged: ${bot} is no longer in the encrypted room. Messages from now on stay here.`
