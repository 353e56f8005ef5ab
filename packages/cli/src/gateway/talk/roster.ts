/** Who is in the room of the gateway and there. */
export interface Roster {
  /** Somebody may have come or gone: asks anew, and tells what it has found. */
  refresh(): void
  close(): void
}

interface Dependencies {
  /** Names in the order of the alphabet; undefined where nobody is logged in to ask. */
  ask(): Promise<readonly string[] | undefined>
  tell(names: readonly string[]): void
}

/** Many come at once: they are asked for once. */
const gapMs = 300
const retryMs = 5000

/**
 * Keeps the list of who is there by asking the server, one question at a time. What presence events say is only the reason
 * to ask: one that was lost makes nobody stay for ever.
 */
export const makeRoster = ({ ask, tell }: Dependencies): Roster => {
  let state: 'idle' | 'asking' | 'asking, and again' | 'closed' = 'idle'
  let timer: NodeJS.Timeout | undefined

  const isClosed = (): boolean => state === 'closed'
  const later = (delayMs: number): void => {
    clearTimeout(timer)
    timer = setTimeout(refresh, delayMs).unref()
  }
  const askNow = async (): Promise<void> => {
    let retryInMs: number | undefined
    try {
      const names = await ask()
      if (names && !isClosed()) tell(names)
    } catch {
      retryInMs = retryMs
    }
    if (isClosed()) return
    const again = state === 'asking, and again' ? gapMs : retryInMs
    state = 'idle'
    if (again !== undefined) later(again)
  }
  const refresh = (): void => {
    switch (state) {
      case 'idle':
        clearTimeout(timer)
        state = 'asking'
        void askNow()
        return
      case 'asking':
        state = 'asking, and again'
        return
      case 'asking, and again':
      case 'closed':
    }
  }
  return {
    refresh,
    close: () => {
      state = 'closed'
      clearTimeout(timer)
    },
  }
}

export interface Change {
  readonly name: string
  readonly change: 'joined' | 'left'
}

/** What is to be told to `self` who knew of `before`; whoever has just come is told of nobody. */
export const changesOf = (
  before: readonly string[] | null,
  now: readonly string[],
  self: string,
): readonly Change[] => {
  if (before === null) return []
  const joined = now.filter((name) => name !== self && !before.includes(name))
  const left = before.filter((name) => name !== self && !now.includes(name))
  return [
    ...left.map((name) => ({ name, change: 'left' }) as const),
    ...joined.map((name) => ({ name, change: 'joined' }) as const),
  ]
}
