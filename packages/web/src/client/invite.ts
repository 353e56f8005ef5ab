import { inviteInFragment } from '@sotto/client'
import { useSyncExternalStore } from 'react'

/** The key of the invite link with which this page was opened; kept for as long as the page is. */
let key: string | null = null
const listeners = new Set<() => void>()

/** Out of the address at once: it is seen over shoulders, kept in histories and copied with it. */
const take = (): void => {
  const found = inviteInFragment(location.hash)
  if (found === null) return
  history.replaceState(history.state, '', location.pathname + location.search)
  key = found
  for (const listener of listeners) listener()
}

/** Takes an invite key from the address of the page, now and whenever another link is opened in it. */
export const startInvites = (): void => {
  take()
  addEventListener('hashchange', take)
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useInviteKey = (): string | null => useSyncExternalStore(subscribe, () => key)
