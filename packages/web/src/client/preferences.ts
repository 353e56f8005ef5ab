import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'

/** What this browser remembers about how things should look. Nothing of it is secret, nothing of it is sent. */
export interface Preferences {
  readonly theme: Theme
  readonly formatting: boolean
}

const key = 'sotto.preferences'
const initial: Preferences = { theme: 'system', formatting: true }

const parsed = (text: string | null): Preferences => {
  if (text === null) return initial
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return initial
    const { theme, formatting } = value as Record<string, unknown>
    return {
      theme: theme === 'light' || theme === 'dark' ? theme : 'system',
      formatting: formatting !== false,
    }
  } catch {
    return initial
  }
}

/** A browser may refuse to remember anything; then the choice lasts as long as the page. */
const stored = (): string | null => {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

let current = parsed(stored())
const listeners = new Set<() => void>()

const applyTheme = ({ theme }: Preferences) => {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

const become = (next: Preferences) => {
  current = next
  applyTheme(next)
  for (const notify of listeners) notify()
}

export const changePreferences = (change: Partial<Preferences>) => {
  become({ ...current, ...change })
  try {
    localStorage.setItem(key, JSON.stringify(current))
  } catch {
    // As above.
  }
}

/** Applies what is remembered, and follows changes made in other tabs. */
export const startPreferences = () => {
  applyTheme(current)
  addEventListener('storage', (event) => {
    if (event.key === key) become(parsed(event.newValue))
  })
}

export const usePreferences = (): Preferences =>
  useSyncExternalStore(
    (notify) => {
      listeners.add(notify)
      return () => listeners.delete(notify)
    },
    () => current,
  )
