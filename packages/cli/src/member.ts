import { type Client, type MemberView, type RoomView, SottoError } from '@sotto/client'
import { roomTitle } from './roomName.ts'
import { folded } from './folded.ts'

/** The member of a room with this name. @throws SottoError `name_unknown` */
export const findMember = async (client: Client, room: RoomView, name: string): Promise<MemberView> => {
  const members = await client.members({ room: room.id })
  const found = members.find((member) => folded(member.name) === folded(name))
  if (!found) throw new SottoError('name_unknown', `${name} is not in ${roomTitle(room)}`)
  return found
}
