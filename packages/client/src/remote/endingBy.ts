import type { Client } from '../view.ts'
import type { RemoteClient } from './client.ts'

/** The same client, which ends in another way. */
export const endingBy = (client: RemoteClient, close: () => Promise<void>): Client =>
  new Proxy(client, {
    get: (target, name) => (name === 'close' ? close : (Reflect.get(target, name) as unknown)),
  })
