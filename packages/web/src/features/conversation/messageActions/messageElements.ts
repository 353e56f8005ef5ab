/** What is said stands in elements with the id of its item: rows come and go, and none of them is held. */
const attribute = 'data-spoken'

export const messageElement = (id: string): HTMLElement | null =>
  document.querySelector<HTMLElement>(`[${attribute}="${CSS.escape(id)}"]`)

/** The message that an element is part of. */
export const messageAround = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>(`[${attribute}]`) : null

export const idOf = (message: HTMLElement): string => message.getAttribute(attribute) ?? ''

/** Where what is opened beside a message stands: at its words, in a row that is wider than they are. */
export const wordsOf = (message: HTMLElement): HTMLElement =>
  message.querySelector<HTMLElement>('[data-said]') ?? message

/**
 * Lets a message take the focus, for as long as it has it: whoever presses on a message with the pointer goes on writing.
 */
export const makeFocusable = (message: HTMLElement): HTMLElement => {
  message.tabIndex = -1
  message.addEventListener('blur', () => message.removeAttribute('tabindex'), { once: true })
  return message
}

const messagesIn = (scroller: HTMLElement): readonly HTMLElement[] => [
  ...scroller.querySelectorAll<HTMLElement>(`[${attribute}]`),
]

/** Whether more of a message lies beyond the view in this direction: then one scrolls through it first. */
const goesOn = (message: HTMLElement, view: DOMRect, direction: 'up' | 'down'): boolean => {
  const { top, bottom } = message.getBoundingClientRect()
  return direction === 'up' ? top < view.top - 1 : bottom > view.bottom + 1
}

/** The message that an arrow leads to; null where it scrolls. From outside of all of them, the nearest one in view. */
export const messageBeside = (
  scroller: HTMLElement,
  from: HTMLElement | null,
  direction: 'up' | 'down',
): HTMLElement | null => {
  const view = scroller.getBoundingClientRect()
  const all = messagesIn(scroller)
  if (from === null) {
    const inView = all.filter((message) => {
      const { top, bottom } = message.getBoundingClientRect()
      return bottom > view.top && top < view.bottom
    })
    return (direction === 'up' ? inView.at(-1) : inView[0]) ?? null
  }
  if (goesOn(from, view, direction)) return null
  return all[all.indexOf(from) + (direction === 'up' ? -1 : 1)] ?? null
}
