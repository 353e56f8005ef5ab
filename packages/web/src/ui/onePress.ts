/** Keys that do what has the focus: they choose, send, open and close, and so move the focus. */
const acting: ReadonlySet<string> = new Set(['Enter', ' '])

/** The parts of a press that a browser tells one after the other, each to whatever has the focus by then. */
export interface PressPart {
  readonly type: string
  readonly key: string
  readonly repeat: boolean
  readonly target: unknown
}

/**
 * A press of Enter or Space belongs to the element that had the focus when the key went down. A browser sends what
 * follows (the character, the repetitions of a key that is held) to whatever has the focus by then: the room that Enter
 * has chosen would get a line break, the button of the dialog that it has opened a second press.
 *
 * @returns a judge of the parts in their order: whether this one has strayed to another element, and is to be dropped
 */
export const strayParts = (): ((part: PressPart) => boolean) => {
  const began = new Map<string, unknown>()
  return ({ type, key, repeat, target }) => {
    if (!acting.has(key)) return false
    switch (type) {
      case 'keydown':
        if (repeat && began.has(key)) return began.get(key) !== target
        began.set(key, target)
        return false
      case 'keyup': {
        const strayed = began.has(key) && began.get(key) !== target
        began.delete(key)
        return strayed
      }
      default:
        return began.has(key) && began.get(key) !== target
    }
  }
}

/** Holds on the whole page that a press acts once. @returns what ends it */
export const startOnePress = (): (() => void) => {
  const hasStrayed = strayParts()
  const judge = (event: KeyboardEvent) => {
    if (!hasStrayed(event)) return
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  const parts = ['keydown', 'keypress', 'keyup'] as const
  for (const part of parts) addEventListener(part, judge, { capture: true })
  return () => {
    for (const part of parts) removeEventListener(part, judge, { capture: true })
  }
}
