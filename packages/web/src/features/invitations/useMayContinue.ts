import type { RoomView } from '@sotto/client'
import { useEffect, useState } from 'react'
import { useClient, useClientState } from '../../client/ClientContext.tsx'

const roomsAskedMax = 20

/**
 * The frozen rooms of this device that the one who invites is an owner of: the invitation may lead to the room in
 * which one of them goes on. It is a hint for the reader; the client checks it when the invitation is accepted.
 */
export const useMayContinue = (inviter: string | null): readonly RoomView[] => {
  const client = useClient()
  const rooms = useClientState((state) => state.rooms)
  const [owned, setOwned] = useState<ReadonlySet<string>>(new Set())
  const frozen = rooms.filter(({ state }) => state.kind === 'frozen')
  const ids = frozen.map(({ id }) => id).join(' ')

  useEffect(() => {
    let ended = false
    const isOwner = async (room: string): Promise<boolean> => {
      // A room whose members are not known any more gives no hint.
      const members = await client.members({ room }).catch(() => [])
      return members.some(({ name, role, own }) => role === 'owner' && !own && name === inviter)
    }
    const look = async () => {
      const asked = ids.split(' ').filter((id) => id !== '')
      const found = await Promise.all(
        asked.slice(0, roomsAskedMax).map(async (id) => ((await isOwner(id)) ? [id] : [])),
      )
      if (!ended) setOwned(new Set(found.flat()))
    }
    if (inviter !== null) void look()
    return () => {
      ended = true
    }
  }, [client, ids, inviter])

  return frozen.filter(({ id }) => owned.has(id))
}
