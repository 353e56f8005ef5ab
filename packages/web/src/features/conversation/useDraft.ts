import type { Draft } from '@sotto/client'
import { useCallback, useEffect, useEffectEvent, useSyncExternalStore } from 'react'
import { useClient } from '../../client/ClientContext.tsx'
import { openDraft, shownDraft, stored, subscribeToDrafts, unstoredDraft, written } from './drafts.ts'

const ignore = (): void => undefined

/**
 * What is being written in a room: what the device has stored, and what this page has told it since. The device is told of
 * every change and stores it in a while; at once when the page or the room is left.
 */
export const useDraft = (room: string, storedDraft: Draft) => {
  const client = useClient()
  const draft = useSyncExternalStore(subscribeToDrafts, () => shownDraft(room, storedDraft))

  const tell = useCallback(
    (next: Draft) => {
      // A draft that cannot be stored stays in hand, and sending it will say what is wrong.
      client.setDraft({ room, draft: next }).then(() => stored(room, next), ignore)
    },
    [client, room],
  )

  const write = useCallback(
    (next: Draft) => {
      written(room, next)
      tell(next)
    },
    [room, tell],
  )

  const keep = useCallback(() => {
    const next = unstoredDraft(room)
    if (next === undefined) return
    tell(next)
    client.keepDraft({ room }).catch(ignore)
  }, [client, room, tell])

  const leave = useEffectEvent(() => keep())
  useEffect(() => {
    const listen = () => leave()
    addEventListener('pagehide', listen)
    document.addEventListener('visibilitychange', listen)
    return () => {
      removeEventListener('pagehide', listen)
      document.removeEventListener('visibilitychange', listen)
    }
  }, [])
  useEffect(() => {
    const close = openDraft(room)
    return () => {
      close()
      keep()
    }
  }, [room, keep])

  return { draft, write, keep }
}
