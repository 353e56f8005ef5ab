import { useCallback, useEffect, useEffectEvent, useRef, useSyncExternalStore } from 'react'
import { useClient } from '../../client/ClientContext.tsx'
import {
  draftInHand,
  isUnstored,
  openDraft,
  showInHand,
  storedDraft,
  subscribeToDrafts,
  takeInHand,
} from './drafts.ts'

const quietMs = 400

/**
 * What is being written in a room, kept on this device: a moment after the last key, and at once when the page or the
 * room is left. `stored` is what the device has kept.
 */
export const useDraft = (room: string, stored: string) => {
  const client = useClient()
  const text = useSyncExternalStore(subscribeToDrafts, () => draftInHand(room) ?? stored)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  const save = useCallback(() => {
    clearTimeout(timer.current)
    const draft = draftInHand(room)
    if (draft === undefined) return
    // A draft that cannot be stored stays in hand, and sending it will say what is wrong.
    const saving = isUnstored(room) ? client.saveDraft({ room, text: draft }) : Promise.resolve()
    saving.then(
      () => storedDraft(room, draft),
      () => undefined,
    )
  }, [client, room])

  const write = useCallback(
    (next: string) => {
      takeInHand(room, next)
      clearTimeout(timer.current)
      timer.current = setTimeout(save, quietMs)
    },
    [room, save],
  )

  /** Shows another text and leaves the stored draft alone. */
  const show = useCallback(
    (next: string) => {
      clearTimeout(timer.current)
      showInHand(room, next)
    },
    [room],
  )

  const leave = useEffectEvent(() => save())
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
      save()
    }
  }, [room, save])

  return { text, write, show, save }
}
