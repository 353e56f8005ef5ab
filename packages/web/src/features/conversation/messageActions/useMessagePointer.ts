import { useEffect, useRef } from 'react'
import type { FocusEvent, MouseEvent, PointerEvent } from 'react'
import { idOf, messageAround } from './messageElements.ts'
import { useMessageActions } from './MessageActions.tsx'

/** So long a finger rests on a message that means it. */
const longPressMs = 450
/** A finger that rests trembles; one that moves further scrolls. */
const tremblePx = 10

/** Follows which message the pointer rests on and which has the focus, and opens the menu of one that is pressed for long. */
export const useMessagePointer = () => {
  const actions = useMessageActions()
  const pressed = useRef<{ readonly timer: ReturnType<typeof setTimeout>; x: number; y: number } | null>(null)
  /** A press that has opened the menu is no press on a link, and asks the browser for no menu of its own. */
  const wasLong = useRef(false)

  const release = () => {
    if (pressed.current !== null) clearTimeout(pressed.current.timer)
    pressed.current = null
  }
  useEffect(() => release, [])

  const become = (change: { readonly pointed: string | null } | { readonly focused: string | null }) =>
    actions.attention.set({ ...actions.attention.get(), ...change })

  const pointAt = (message: HTMLElement | null) => {
    const pointed = message === null ? null : idOf(message)
    if (actions.attention.get().pointed !== pointed) become({ pointed })
  }

  const openAt = (message: HTMLElement) => {
    const id = idOf(message)
    if (actions.offered(id).length === 0) return
    wasLong.current = true
    actions.attention.set({
      ...actions.attention.get(),
      opened: { kind: 'menu', id, anchor: message, by: 'pointer' },
    })
  }

  return {
    onPointerOver: (event: PointerEvent) => {
      if (event.pointerType !== 'touch') pointAt(messageAround(event.target))
    },
    onPointerLeave: () => pointAt(null),
    onFocus: (event: FocusEvent) => {
      const message = messageAround(event.target)
      if (message !== null) become({ focused: idOf(message) })
    },
    onBlur: () => {
      if (actions.attention.get().focused !== null) become({ focused: null })
    },
    onPointerDown: (event: PointerEvent) => {
      wasLong.current = false
      const message = messageAround(event.target)
      if (event.pointerType !== 'touch' || !event.isPrimary || message === null) return
      release()
      const timer = setTimeout(() => openAt(message), longPressMs)
      pressed.current = { timer, x: event.clientX, y: event.clientY }
    },
    onPointerMove: ({ clientX, clientY }: PointerEvent) => {
      const from = pressed.current
      if (from !== null && Math.hypot(clientX - from.x, clientY - from.y) > tremblePx) release()
    },
    onPointerUp: release,
    onPointerCancel: release,
    onContextMenu: (event: MouseEvent) => {
      if (wasLong.current || pressed.current !== null) event.preventDefault()
    },
    onClickCapture: (event: MouseEvent) => {
      if (!wasLong.current) return
      wasLong.current = false
      event.preventDefault()
      event.stopPropagation()
    },
  }
}
