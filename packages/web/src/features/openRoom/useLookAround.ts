import type { PersonView } from '@sotto/client'
import { useEffect, useState } from 'react'
import { useClient } from '../../client/ClientContext.tsx'

/** How often it is looked whether somebody has opened a room, while the screen that would show it is open. */
const lookEveryMs = 15_000

/** Keeps what the server says of its open room fresh, and of who else is there, while `online`. */
export const useLookAround = (online: boolean): readonly PersonView[] => {
  const client = useClient()
  const [people, setPeople] = useState<readonly PersonView[]>([])
  useEffect(() => {
    if (!online) return undefined
    let isOver = false
    const look = async () => {
      // What cannot be asked now is asked at the next look.
      await client.findOpenRoom({}).catch(() => null)
      const found = await client.people({}).catch(() => null)
      if (!isOver && found) setPeople(found)
    }
    void look()
    const timer = setInterval(() => void look(), lookEveryMs)
    return () => {
      isOver = true
      clearInterval(timer)
    }
  }, [client, online])
  return people
}
