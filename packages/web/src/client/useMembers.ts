import type { MemberView } from '@sotto/client'
import { useCallback, useEffect, useState } from 'react'
import { useClient } from './ClientContext.tsx'
import { failureOf } from './failure.ts'
import type { Failure } from './failure.ts'
import { roleOrder } from './rights.ts'

export type Members =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'ready'; readonly members: readonly MemberView[] }

const listed = (members: readonly MemberView[]): readonly MemberView[] =>
  members.toSorted(
    (a, b) => roleOrder.indexOf(b.role) - roleOrder.indexOf(a.role) || a.name.localeCompare(b.name),
  )

const loading: Members = { kind: 'loading' }

/**
 * The members of a room, those who may do most first. They are asked for again whenever something has happened in the
 * room, or `version` changes; those known stay on the screen meanwhile. `null` is a room without members.
 */
export const useMembers = (room: string | null, version: number) => {
  const client = useClient()
  const [known, setKnown] = useState<{ readonly room: string | null; readonly members: Members }>({
    room: null,
    members: loading,
  })
  const load = useCallback(
    async (asked: string): Promise<Members> => {
      try {
        return { kind: 'ready', members: listed(await client.members({ room: asked })) }
      } catch (error) {
        return { kind: 'failed', failure: failureOf(error) }
      }
    },
    [client],
  )

  useEffect(() => {
    if (room === null) return
    let turn = 0
    const refresh = async () => {
      const own = (turn += 1)
      const members = await load(room)
      if (own === turn) setKnown({ room, members })
    }
    void refresh()
    const unsubscribe = client.subscribe((event) => {
      if (event.kind !== 'timeline' || event.room !== room) return
      if (event.items.some(({ kind }) => kind === 'event')) void refresh()
    })
    return () => {
      turn = -1
      unsubscribe()
    }
  }, [client, load, room, version])

  const reload = useCallback(async () => {
    if (room === null) return
    setKnown({ room, members: loading })
    setKnown({ room, members: await load(room) })
  }, [load, room])

  return { members: known.room === room ? known.members : loading, reload }
}
