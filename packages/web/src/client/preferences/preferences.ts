export type Theme = 'system' | 'light' | 'dark'

/** How things should look. */
export interface Preferences {
  readonly theme: Theme
  readonly formatting: boolean
}

const initial: Preferences = { theme: 'system', formatting: true }

/** Reads what was written here or by another version; what says nothing is as at the beginning. */
export const parsed = (text: string | null): Preferences => {
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

/** Where an account keeps its preferences; what it cannot keep lasts as long as the page. */
export interface PreferenceStore {
  /** Null where nothing was written. */
  read(): Promise<string | null>
  write(text: string): Promise<void>
}

/** What is there before an account is open, and so before the first paint. */
export interface PreferenceCache {
  read(): string | null
  write(text: string): void
}

/**
 * The preferences of a page: at first those of the cache, then those of the account, which the cache follows. `show`
 * applies what the page itself has to do about them.
 */
export const makePreferences = (cache: PreferenceCache, show: (preferences: Preferences) => void) => {
  let current = parsed(cache.read())
  let store: PreferenceStore | null = null
  let changes = 0
  const listeners = new Set<() => void>()

  const become = (next: Preferences): void => {
    current = next
    show(next)
    for (const notify of listeners) notify()
  }
  const keep = (): void => {
    // The next change is another attempt.
    store?.write(JSON.stringify(current)).catch(() => undefined)
  }

  return {
    current: () => current,
    subscribe: (notify: () => void): (() => void) => {
      listeners.add(notify)
      return () => listeners.delete(notify)
    },
    show: () => show(current),
    /** Another tab has changed them. */
    told: (text: string | null) => become(parsed(text)),
    change: (change: Partial<Preferences>) => {
      changes += 1
      become({ ...current, ...change })
      cache.write(JSON.stringify(current))
      keep()
    },
    /**
     * Takes over what an account has kept, or has it keep what is there. What somebody changes meanwhile is newer.
     *
     * @returns ends it
     */
    keepWith: async (own: PreferenceStore): Promise<() => void> => {
      store = own
      const changesBefore = changes
      const kept = await own.read().catch(() => null)
      const isOver = store !== own
      if (!isOver && kept !== null && changes === changesBefore) {
        become(parsed(kept))
        cache.write(JSON.stringify(current))
      } else if (!isOver && kept === null) keep()
      return () => {
        if (store === own) store = null
      }
    },
  }
}
