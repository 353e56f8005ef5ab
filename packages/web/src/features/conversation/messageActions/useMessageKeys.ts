import type { KeyboardEvent } from 'react'
import { isComposing } from '../../../ui/isComposing.ts'
import { makeFocusable, idOf, messageAround, messageBeside, wordsOf } from './messageElements.ts'
import { useMessageActions } from './MessageActions.tsx'

const isPlain = (event: KeyboardEvent): boolean =>
  !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey

const asksForMenu = (event: KeyboardEvent): boolean =>
  event.key === 'ContextMenu' ||
  (event.key === 'F10' && event.shiftKey) ||
  (event.key === 'Enter' && isPlain(event))

/**
 * The messages by key: up and down from one to the next, Enter for what can be done with it, and the keys of its actions.
 * Only from the list itself and from a message: what stands inside of one has keys of its own.
 */
export const useMessageKeys = () => {
  const actions = useMessageActions()

  const move = (scroller: HTMLElement, from: HTMLElement | null, direction: 'up' | 'down'): boolean => {
    const next = messageBeside(scroller, from, direction)
    if (next !== null) makeFocusable(next).focus()
    return next !== null
  }

  const act = (message: HTMLElement, event: KeyboardEvent): boolean => {
    const id = idOf(message)
    if (asksForMenu(event)) {
      if (actions.offered(id).length === 0) return false
      const opened = { kind: 'menu', id, anchor: wordsOf(message), by: 'key' } as const
      actions.attention.set({ ...actions.attention.get(), opened })
      return true
    }
    const action = isPlain(event) ? actions.offered(id).find(({ key }) => key === event.key) : undefined
    if (action === undefined) return false
    actions.perform(action, id, wordsOf(message), 'key')
    return true
  }

  return (event: KeyboardEvent<HTMLElement>) => {
    const scroller = event.currentTarget
    const around = messageAround(event.target)
    const message = around === event.target ? around : null
    if (event.defaultPrevented || isComposing(event.nativeEvent)) return
    if (message === null && event.target !== scroller) return
    const direction = { ArrowUp: 'up', ArrowDown: 'down' } as const
    const way = direction[event.key as keyof typeof direction] as 'up' | 'down' | undefined
    const isDone =
      way !== undefined && isPlain(event)
        ? move(scroller, message, way)
        : message !== null && act(message, event)
    if (isDone) event.preventDefault()
  }
}
