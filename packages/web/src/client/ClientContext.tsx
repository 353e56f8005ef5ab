import type { Client, ClientState } from '@sotto/client'
import { shared } from './sharing.ts'
import { createContext, useCallback, useContext, useSyncExternalStore } from 'react'

const Context = createContext<Client | null>(null)

export const ClientProvider = Context

export const useClient = (): Client => {
  const client = useContext(Context)
  if (client === null) throw new Error('there is no client around this component')
  return client
}

const shownStates = new WeakMap<Client, { readonly told: ClientState; readonly shown: ClientState }>()

/** The state as it is told, with the objects of the one before in all that has not changed. */
const stateOf = (client: Client): ClientState => {
  const told = client.state()
  const last = shownStates.get(client)
  if (last?.told === told) return last.shown
  const shown = shared(last?.shown, told)
  shownStates.set(client, { told, shown })
  return shown
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
  return useSyncExternalStore(subscribe, () => select(stateOf(client)))
}
