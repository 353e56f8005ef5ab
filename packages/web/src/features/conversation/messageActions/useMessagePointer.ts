import { useEffect, useRef } from 'react'
import type { FocusEvent, MouseEvent, PointerEvent } from 'react'
import { idOf, messageAround, wordsOf } from './messageElements.ts'
import { useMessageActions } from './MessageActions.tsx'

/** So long a finger rests on a message that means it. */
const longPressMs = 450
/** A finger that rests trembles; one that moves further scrolls. */
const tremblePx = 10

const swallow = (event: Event): void => {
  event.preventDefault()
  event.stopImmediatePropagation()
}

/** What a browser makes of the finger that lifts is no press: neither on a link, nor beside the menu that has opened. */
const swallowNextClick = (): void => {
  const ended = new AbortController()
  for (const part of ['mousedown', 'mouseup', 'click'])
    addEventListener(part, swallow, { capture: true, once: true, signal: ended.signal })
  addEventListener('pointerdown', () => ended.abort(), { capture: true, once: true })
}

/** Follows which message the pointer rests on and which has the focus, and opens the menu of one that is pressed for long. */
export const useMessagePointer = () => {
  const actions = useMessageActions()
  const pressed = useRef<{ readonly timer: ReturnType<typeof setTimeout>; x: number; y: number } | null>(null)
  /** A press that has opened the menu asks the browser for no menu of its own. */
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
    swallowNextClick()
    actions.attention.set({
      ...actions.attention.get(),
      opened: { kind: 'menu', id, anchor: wordsOf(message), by: 'pointer' },
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
    onBlur: (event: FocusEvent) => {
      const next = messageAround(event.relatedTarget)
      const { focused } = actions.attention.get()
      // From a message into its own bar the focus stays with it.
      if (focused !== null && (next === null || idOf(next) !== focused)) become({ focused: null })
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
  }
}
