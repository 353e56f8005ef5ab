import type { ServerLimits } from '../configuration.ts'
import { type Hints, userTopic } from './hints.ts'
import type { AcquaintanceStore, OpenUser } from './store.ts'

type PresenceEvent = 'user_joined' | 'user_left' | 'user_online' | 'user_offline'

/** Tells those who share a room or a chat with somebody that he is there, or not; nobody else, and not more often than he may. */
export interface Presence {
  /** Tells it now, or the last of several at the end of the window. What cannot be told is left untold. */
  say(event: PresenceEvent, user: Pick<OpenUser, 'id' | 'name'>): void
  /**
   * Somebody who is there hides, or shows himself. To the others who hides goes away, as if he had: that he hides nobody is
   * told, and nothing else of him until he shows himself.
   */
  became(presence: OpenUser['presence'], user: Pick<OpenUser, 'id' | 'name'>): void
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

/** Within it something of somebody has been told, and the last of what came since waits for its end. */
interface Window {
  next: News | null
  readonly timer: NodeJS.Timeout
}

/** What is to be told, and of whom: that somebody has gone is told although he hides, where it is told because he does. */
interface News {
  readonly event: PresenceEvent
  readonly of: 'who shows himself' | 'who hides'
}

export const makePresence = ({ store, hints, limits, isVisible, onFailure }: Dependencies): Presence => {
  const bounds = {
    rowsMax: limits.openPresenceRowsMax,
    chatsPerInitiatorMax: limits.openPresenceChatsPerInitiatorMax,
  }
  const windows = new Map<number, Window>()

  const tell = async ({ event, of }: News, { id, name }: Pick<OpenUser, 'id' | 'name'>): Promise<void> => {
    if (of === 'who shows himself' && !(await isVisible(name))) return
    const payload = { username: name }
    for (const other of await store.acquaintances(id, bounds))
      if (other !== id) hints.publish(userTopic(other), { kind: 'event', event, payload })
  }

  const open = (news: News, user: Pick<OpenUser, 'id' | 'name'>): void => {
    const closeWindow = (): void => {
      const next = windows.get(user.id)?.next ?? null
      windows.delete(user.id)
      if (next !== null && next.event !== news.event) open(next, user)
    }
    const timer = setTimeout(closeWindow, limits.openPresenceWindowMs).unref()
    windows.set(user.id, { next: null, timer })
    tell(news, user).catch(onFailure)
  }

  const take = (news: News, user: Pick<OpenUser, 'id' | 'name'>): void => {
    const window = windows.get(user.id)
    if (window) window.next = news
    else open(news, user)
  }

  return {
    say: (event, user) => {
      // What comes while it still has to be told that somebody has hidden is hidden with him.
      if (windows.get(user.id)?.next?.of !== 'who hides') take({ event, of: 'who shows himself' }, user)
    },
    became: (presence, user) =>
      presence === 'hidden'
        ? take({ event: 'user_offline', of: 'who hides' }, user)
        : take({ event: 'user_online', of: 'who shows himself' }, user),
    end: () => {
      for (const { timer } of windows.values()) clearTimeout(timer)
      windows.clear()
    },
  }
}
