/** What a key press asks for, wherever the focus is. */
export type Shortcut =
  | 'help'
  | 'find'
  | 'next'
  | 'previous'
  | 'next_unread'
  | 'create'
  | 'invite'
  | 'members'
  | 'latest'

interface Press {
  readonly key: string
  readonly code: string
  readonly altKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
}

/** Keys without a character: on a Mac, and with AltGr, Alt turns every other key into a letter. */
const withAlt: Readonly<Record<string, Shortcut>> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  End: 'latest',
}

/** By the place of the key: on a Greek keyboard there is no K. */
const withCommandAndShift: Readonly<Record<string, Shortcut>> = {
  KeyA: 'invite',
  KeyO: 'create',
}

/** By what stands on the key: the place of punctuation differs, and with it whether Shift is needed. */
const withCommand: Readonly<Record<string, Shortcut>> = {
  '/': 'help',
  '.': 'members',
}

/**
 * What a press asks for, or null. No shortcut is a press that writes something on any layout: with a character only
 * those with the command key alone (Ctrl, ⌘ on a Mac, where Ctrl edits what one writes). A plain `?` asks for help only
 * where nothing is being written.
 */
export const shortcutOf = (press: Press, writing: boolean, isMac: boolean): Shortcut | null => {
  const { altKey, shiftKey } = press
  const command = isMac ? press.metaKey : press.ctrlKey
  const other = isMac ? press.ctrlKey : press.metaKey
  // Windows tells AltGr as Ctrl and Alt.
  if (other || (altKey && command)) return null
  if (altKey && shiftKey) return press.code === 'ArrowDown' ? 'next_unread' : null
  if (altKey) return withAlt[press.code] ?? null
  if (command) {
    const named = withCommand[press.key]
    if (named !== undefined) return named
    if (shiftKey) return withCommandAndShift[press.code] ?? null
    return press.code === 'KeyK' ? 'find' : null
  }
  return press.key === '?' && !writing ? 'help' : null
}

export const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, [contenteditable="true"]')
