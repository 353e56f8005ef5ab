import type { MemberView } from '@sotto/client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useClient } from './ClientContext.tsx'
import { awaitedIn, isNews } from './awaited.ts'
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

const listOf = (members: Members): readonly MemberView[] => (members.kind === 'ready' ? members.members : [])

const loading: Members = { kind: 'loading' }

/** How often it is asked who has come in, while somebody who has not is on the screen: that alone nothing tells. */
const askAgainMs = 10_000

/**
 * The members of a room, those who may do most first. They are asked for again whenever something has happened in the
 * room, `version` changes, or the list is `shown`; those known stay on the screen meanwhile. `null` is a room without
 * members.
 */
export const useMembers = (room: string | null, version: number, shown = false) => {
  const client = useClient()
  const [known, setKnown] = useState<{ readonly room: string | null; readonly members: Members }>({
    room: null,
    members: loading,
  })
  const latest = useRef<Members>(loading)
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
      if (isNews(event.items, listOf(latest.current))) void refresh()
    })
    return () => {
      turn = -1
      unsubscribe()
    }
  }, [client, load, room, version, shown])

  const members = known.room === room ? known.members : loading
  useEffect(() => {
    latest.current = members
  }, [members])

  const isAwaiting = shown && awaitedIn(listOf(members)).length > 0
  useEffect(() => {
    if (room === null || !isAwaiting) return
    let over = false
    const ask = async () => {
      if (document.visibilityState !== 'visible') return
      const answer = await load(room)
      // What is on the screen is worth more than a failure that nobody asked for.
      if (!over && answer.kind === 'ready') setKnown({ room, members: answer })
    }
    const asking = setInterval(() => void ask(), askAgainMs)
    return () => {
      over = true
      clearInterval(asking)
    }
  }, [load, room, isAwaiting])

  const reload = useCallback(async () => {
    if (room === null) return
    setKnown((before) => (before.members.kind === 'failed' ? { room, members: loading } : before))
    setKnown({ room, members: await load(room) })
  }, [load, room])

  return { members, reload }
}
