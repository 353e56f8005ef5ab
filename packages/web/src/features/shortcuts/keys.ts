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

/** By the place of the key and not by its letter: on a Mac, Alt turns letters into others. */
const withAlt: Readonly<Record<string, Shortcut>> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  KeyN: 'create',
  KeyI: 'invite',
  KeyM: 'members',
  End: 'latest',
}

/** A plain `?` asks for help only where nothing is being written. */
export const shortcutOf = (press: Press, writing: boolean): Shortcut | null => {
  const command = press.ctrlKey || press.metaKey
  if (press.altKey && command) return null
  if (press.altKey && press.shiftKey) return press.code === 'ArrowDown' ? 'next_unread' : null
  if (press.altKey) return withAlt[press.code] ?? null
  if (command && press.key === '/') return 'help'
  if (command && !press.shiftKey) return press.code === 'KeyK' ? 'find' : null
  return press.key === '?' && !writing && !command ? 'help' : null
}

export const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, [contenteditable="true"]')
