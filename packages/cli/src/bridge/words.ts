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
  `What people say here is read there, by ${mayJoin(classic)}; what is said there comes here, with the name of who said it. ` +
  `What was said before stays here. To end it, remove ${bot} from this room.`

/** What those in the classic room read: nothing of the encrypted room but that there is one. */
export const classicNotice = (bot: string): string =>
  'This classic room is bridged with an encrypted room. ' +
  `What is said here is read there; what people say there comes here, with the name of who said it. ${bot} carries it.`

export const endedNotice = (bot: string): string =>
  `This classic room is bridged no more: ${bot} is not in the encrypted room any more. What is said here stays here.`
