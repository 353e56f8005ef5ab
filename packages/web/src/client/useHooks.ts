import type { HookView } from '@sotto/client'
import { useEffect, useState } from 'react'
import { useClient } from './ClientContext.tsx'

const none: readonly HookView[] = []

/** The hooks of a room, asked for again whenever something has happened in it that may have changed them. */
export const useHooks = (room: string): readonly HookView[] => {
  const client = useClient()
  const [known, setKnown] = useState<{ readonly room: string; readonly hooks: readonly HookView[] }>({
    room,
    hooks: none,
  })

  useEffect(() => {
    let turn = 0
    const refresh = async () => {
      const own = (turn += 1)
      // A list that cannot be had is asked for again with what happens next.
      const hooks = await client.hooks({ room }).catch(() => none)
      if (own === turn) setKnown({ room, hooks })
    }
    void refresh()
    const unsubscribe = client.subscribe((event) => {
      if (event.kind !== 'timeline' || event.room !== room) return
      if (event.items.some(({ kind }) => kind === 'event' || kind === 'hook')) void refresh()
    })
    return () => {
      turn = -1
      unsubscribe()
    }
  }, [client, room])

  return known.room === room ? known.hooks : none
}
