import { useEffect, useLayoutEffect, useRef } from 'react'
import { useAnswer } from '../../registry/Workspace.tsx'

/** Whether a key belongs to what has the focus: a control has uses for it, the page and its parts have none. */
const isWantedElsewhere = (): boolean =>
  document.activeElement !== document.body && !document.activeElement?.matches('main, [role="region"]')

/** The field that one writes in: as high as its text, ready for the next letter, and found from everywhere. */
export const useField = (text: string) => {
  const field = useRef<HTMLTextAreaElement>(null)
  useAnswer('write', () => field.current?.focus())

  useEffect(() => {
    const element = field.current
    if (element === null) return
    // One goes on where one has stopped.
    element.setSelectionRange(element.value.length, element.value.length)
    if (!matchMedia('(hover: none)').matches) element.focus({ preventScroll: true })
  }, [])

  useLayoutEffect(() => {
    const element = field.current
    if (element === null) return
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight}px`
  }, [text])

  // What is typed while nothing has the focus is meant for here.
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      const plain = event.key.length === 1 && event.key !== ' ' && event.key !== '?'
      if (!plain || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      if (isWantedElsewhere()) return
      field.current?.focus()
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])
  return field
}
