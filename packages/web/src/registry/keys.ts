/** Keys that have no character: on a Mac, and with AltGr, Alt turns every other key into a letter. */
type SilentCode = 'ArrowDown' | 'ArrowUp' | 'End'

/**
 * Keys that ask for a command, wherever the focus is. None of them is a press that writes something on any layout: with
 * a character only those with the command key alone (Ctrl, ⌘ on a Mac, where Ctrl edits what one writes).
 */
export type Keys =
  | { readonly kind: 'alt'; readonly code: SilentCode; readonly shift?: true }
  /** By the place of the key: on a Greek keyboard there is no K. */
  | { readonly kind: 'command'; readonly code: `Key${string}`; readonly shift?: true }
  /** By what stands on the key: the place of punctuation differs, and with it whether Shift is needed. */
  | { readonly kind: 'punctuation'; readonly key: '/' | '.' }
  /** A plain `?`, only where nothing is being written. */
  | { readonly kind: 'question' }

interface Press {
  readonly key: string
  readonly code: string
  readonly altKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
}

/** Whether a press is the one that is meant. */
export const isPressed = (keys: Keys, press: Press, writing: boolean, isMac: boolean): boolean => {
  const { altKey, shiftKey, code, key } = press
  const command = isMac ? press.metaKey : press.ctrlKey
  const other = isMac ? press.ctrlKey : press.metaKey
  if (other) return false
  switch (keys.kind) {
    // Windows tells AltGr as Ctrl and Alt: neither is held with the other.
    case 'alt':
      return altKey && !command && code === keys.code && shiftKey === (keys.shift ?? false)
    case 'command':
      return command && !altKey && code === keys.code && shiftKey === (keys.shift ?? false)
    case 'punctuation':
      return command && !altKey && key === keys.key
    case 'question':
      return !command && !altKey && key === '?' && !writing
  }
}

const arrows: Readonly<Record<SilentCode, string>> = { ArrowDown: '↓', ArrowUp: '↑', End: 'End' }

/** What is pressed together, by what stands on the keys of a keyboard that is no Mac's. */
export const namesOf = (keys: Keys): readonly string[] => {
  switch (keys.kind) {
    case 'alt':
      return ['Alt', ...(keys.shift ? ['Shift'] : []), arrows[keys.code]]
    case 'command':
      return ['Ctrl', ...(keys.shift ? ['Shift'] : []), keys.code.slice('Key'.length)]
    case 'punctuation':
      return ['Ctrl', keys.key]
    case 'question':
      return ['?']
  }
}

export const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, [contenteditable="true"]')
