import { isLoopback, type ServerConfig } from '../configuration.ts'
import { type Administration, type Connected, makeAdministration } from '../control/administration.ts'
import { type Control, listenForHost } from '../control/listen.ts'
import { makeDepartures } from '../open/accounts/departures.ts'
import { processHints } from '../open/hints.ts'
import type { Store } from '../store/openStore.ts'
import type { Services } from './services.ts'

const connectedOf = (store: Store, { lane, sessions }: Services): Connected => {
  const departures = lane?.departures ?? makeDepartures({ store: store.open, hints: processHints() })
  return {
    end: (ended) => {
      sessions.announceEnd(ended.sessions)
      departures.announceEnd(ended.openTokens)
    },
    leave: departures.leave,
  }
}

const administrationOf = (
  { host, publicUrl }: Pick<ServerConfig, 'publicUrl'> & { readonly host: string },
  url: string,
  store: Store,
  services: Services,
): Administration =>
  makeAdministration({
    ...services,
    store: store.admin,
    publicUrl: publicUrl ?? (isLoopback(host) ? url : null),
    connected: connectedOf(store, services),
  })

/**
 * Lets whoever runs the server ask it for what only he may. Undefined where that cannot be: he can end the server and do the
 * same without it, and those who talk over it cannot do without it.
 */
export const openHostDoor = async (
  config: Pick<ServerConfig, 'publicUrl' | 'dataDirectory'> & { readonly host: string },
  url: string,
  store: Store,
  services: Services,
): Promise<Control | undefined> => {
  const { log } = services
  const administration = administrationOf(config, url, store, services)
  try {
    return await listenForHost({ dataDirectory: config.dataDirectory, administration, log })
  } catch (error) {
    log.failure(error, { operation: 'control' })
    return undefined
  }
}
