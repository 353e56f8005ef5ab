import type { ServerLimits } from '../configuration.ts'
import { type Hints, userTopic } from './hints.ts'
import type { AcquaintanceStore, OpenUser } from './store.ts'

type PresenceEvent = 'user_joined' | 'user_left' | 'user_online' | 'user_offline'

/** Tells those who share a room or a chat with somebody that he is there, or not; nobody else, and not more often than he may. */
export interface Presence {
  /** Tells it now, or the last of several at the end of the window. What cannot be told is left untold. */
  say(event: PresenceEvent, user: Pick<OpenUser, 'id' | 'name'>): void
  end(): void
}

interface Dependencies {
  readonly store: AcquaintanceStore
  readonly hints: Hints
  readonly limits: Pick<
    ServerLimits,
    'openPresenceWindowMs' | 'openPresenceRowsMax' | 'openPresenceChatsPerInitiatorMax'
  >
  isVisible(name: string): Promise<boolean>
  onFailure(error: unknown): void
}

/** What somebody has had told within the window, and what waits for its end. */
interface Window {
  told: PresenceEvent
  next: PresenceEvent | null
  readonly timer: NodeJS.Timeout
}

export const makePresence = ({ store, hints, limits, isVisible, onFailure }: Dependencies): Presence => {
  const bounds = {
    rowsMax: limits.openPresenceRowsMax,
    chatsPerInitiatorMax: limits.openPresenceChatsPerInitiatorMax,
  }
  const windows = new Map<number, Window>()

  const tell = async (event: PresenceEvent, { id, name }: Pick<OpenUser, 'id' | 'name'>): Promise<void> => {
    if (!(await isVisible(name))) return
    const payload = { username: name }
    for (const other of await store.acquaintances(id, bounds))
      if (other !== id) hints.publish(userTopic(other), { kind: 'event', event, payload })
  }

  const open = (event: PresenceEvent, user: Pick<OpenUser, 'id' | 'name'>): void => {
    const closeWindow = (): void => {
      const { told, next } = windows.get(user.id) ?? { told: event, next: null }
      windows.delete(user.id)
      if (next !== null && next !== told) open(next, user)
    }
    const timer = setTimeout(closeWindow, limits.openPresenceWindowMs).unref()
    windows.set(user.id, { told: event, next: null, timer })
    tell(event, user).catch(onFailure)
  }

  return {
    say: (event, user) => {
      const window = windows.get(user.id)
      if (window) window.next = event
      else open(event, user)
    },
    end: () => {
      for (const { timer } of windows.values()) clearTimeout(timer)
      windows.clear()
    },
  }
}
