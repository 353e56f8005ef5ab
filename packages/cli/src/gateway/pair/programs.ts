import type { ProgramKey } from './programKey.ts'

/** A connected program that wants to be told what comes for a name. */
export interface Listener {
  /** What it is to be told under; undefined until a key is registered. */
  key(): ProgramKey | undefined
  leave(): void
}

/**
 * Which key belongs to which of the local programs. A program says a name and a key in one request, and the name again on a
 * connection, in this order or the other; nothing else ties the two together, and somebody's sender and receiver have the
 * same name and a key each. So a connection has the key that was registered before it, if it is the first to come for
 * that, and otherwise the next that is registered: it may be the same program connecting anew, or a new start of it that
 * registers later.
 */
export interface Programs {
  /** @param keyed told of each key that comes later */
  join(name: string, keyed: () => Promise<void>): Listener
  /** Resolves when those who have waited for it are told. */
  register(name: string, key: ProgramKey): Promise<void>
}

interface Registration {
  readonly key: ProgramKey
  /** Some connection has come for it. */
  isTaken: boolean
}

interface Joined {
  registration: Registration | undefined
  /** No other connection has had this key before. */
  isFirst: boolean
  readonly keyed: () => Promise<void>
}

const take = (joined: Joined, registration: Registration): void => {
  joined.isFirst = !registration.isTaken
  joined.registration = registration
  registration.isTaken = true
}

export const makePrograms = (): Programs => {
  const registrations = new Map<string, Registration>()
  const connected = new Map<string, Set<Joined>>()

  return {
    join: (name, keyed) => {
      const joined: Joined = { registration: undefined, isFirst: false, keyed }
      const registration = registrations.get(name)
      if (registration) take(joined, registration)
      const all = connected.get(name) ?? new Set()
      connected.set(name, all.add(joined))
      return {
        key: () => joined.registration?.key,
        leave: () => {
          all.delete(joined)
          if (all.size === 0) connected.delete(name)
        },
      }
    },
    register: async (name, key) => {
      const registration: Registration = { key, isTaken: false }
      registrations.set(name, registration)
      const waiting = [...(connected.get(name) ?? [])].filter((joined) => !joined.isFirst)
      for (const joined of waiting) take(joined, registration)
      await Promise.all(waiting.map((joined) => joined.keyed()))
    },
  }
}
