import { useSyncExternalStore } from 'react'
import { makePreferences } from './preferences.ts'
import type { PreferenceCache, Preferences } from './preferences.ts'

const key = 'sotto.preferences'

/** A browser may refuse to remember anything. The script before the first paint reads the theme from here, too. */
const browser: PreferenceCache = {
  read: () => {
    try {
      return localStorage.getItem(key)
    } catch {
      return null
    }
  },
  write: (text) => {
    try {
      localStorage.setItem(key, text)
    } catch {
      // As above.
    }
  },
}

export const preferences = makePreferences(browser, ({ theme }) => {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
})

/** Applies what is remembered, and follows changes made in other tabs. */
export const startPreferences = () => {
  preferences.show()
  addEventListener('storage', (event) => {
    if (event.key === key) preferences.told(event.newValue)
  })
}

export const usePreferences = (): Preferences =>
  useSyncExternalStore(preferences.subscribe, preferences.current)
