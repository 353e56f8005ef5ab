import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react'
import { useClient } from '../../client/ClientContext.tsx'

const quietMs = 400

/**
 * What is being written in a room, kept on this device: a moment after the last key, and at once when the page or the
 * room is left.
 */
export const useDraft = (room: string, initial: string) => {
  const client = useClient()
  const [text, setText] = useState(initial)
  const unsaved = useRef<string | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  const save = useCallback(() => {
    clearTimeout(timer.current)
    const draft = unsaved.current
    unsaved.current = null
    // A draft that cannot be stored still stands on the screen, and sending it will say what is wrong.
    if (draft !== null) client.saveDraft({ room, text: draft }).catch(() => undefined)
  }, [client, room])

  const write = useCallback(
    (next: string) => {
      setText(next)
      unsaved.current = next
      clearTimeout(timer.current)
      timer.current = setTimeout(save, quietMs)
    },
    [save],
  )

  /** Shows another text and leaves the stored draft alone. */
  const show = useCallback((next: string) => {
    clearTimeout(timer.current)
    unsaved.current = null
    setText(next)
  }, [])

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
  useEffect(() => save, [save])

  return { text, write, show, save }
}
