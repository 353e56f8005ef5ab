import type { Client, RoomView } from '@sotto/client'
import { printableLine } from './printable.ts'
import { roomTitle } from './roomName.ts'

/**
 * That an invitation may lead to the room in which a frozen one goes on, because the one who invites is an owner of
 * that one. It is a hint for the reader; the client checks it when the invitation is accepted.
 */
export const continuationLines = async (client: Client, { state }: RoomView): Promise<readonly string[]> => {
  if (state.kind !== 'invited' || state.inviter === null) return []
  const { inviter } = state
  const isOwner = async (room: string): Promise<boolean> =>
    (await client.members({ room }).catch(() => [])).some(
      ({ name, role, own }) => role === 'owner' && !own && name === inviter,
    )
  const titles: string[] = []
  for (const room of client.state().rooms)
    if (room.state.kind === 'frozen' && (await isOwner(room.id))) titles.push(roomTitle(room))
  if (titles.length === 0) return []
  return [
    `${printableLine(inviter)} is an owner of ${titles.join(', ')}, frozen on this device. This may be the room in which it continues.`,
    'When you accept, this device checks that nobody was added and nobody has more rights than before.',
  ]
}
