import type { Client, ClientState } from '@sotto/client'
import { createContext, useCallback, useContext, useSyncExternalStore } from 'react'

const Context = createContext<Client | null>(null)

export const ClientProvider = Context

export const useClient = (): Client => {
  const client = useContext(Context)
  if (client === null) throw new Error('there is no client around this component')
  return client
}

/** Follows a part of the state. `select` picks a part that is there; it must not make a new object. */
export const useClientState = <Part,>(select: (state: ClientState) => Part): Part => {
  const client = useClient()
  const subscribe = useCallback(
    (notify: () => void) =>
      client.subscribe((event) => {
        if (event.kind === 'state') notify()
      }),
    [client],
  )
  return useSyncExternalStore(subscribe, () => select(client.state()))
}
