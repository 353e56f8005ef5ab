import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { assemble, type RunningServer } from './assemble.ts'
import { makeOpaqueSetup } from './authentication/opaque.ts'
import type { ServerConfig } from './configuration.ts'
import { privateDirectory } from './privateDirectory.ts'
import { loadSecrets } from './secrets.ts'
import { lockData } from './store/dataLock.ts'
import { openStore } from './store/openStore.ts'

export type { RunningServer } from './assemble.ts'
export type { Clock, ServerConfig, ServerLimits } from './configuration.ts'
export { securityHeaders } from './http/headers.ts'

/**
 * Starts a server on a data directory; several can run in one process, each on its own.
 *
 * @throws SottoError `unavailable` when another server has the data directory
 * @throws Error when the port is taken, a secret is missing, others can look into the directory, or the database is not what it must be
 */
export const startServer = async (config: ServerConfig): Promise<RunningServer> => {
  privateDirectory(config.dataDirectory)
  const lock = lockData(config.dataDirectory)
  try {
    const server = await startOn(config)
    const close = async (): Promise<void> => {
      await server.close()
      lock.release()
    }
    return { ...server, close }
  } catch (error) {
    lock.release()
    throw error
  }
}

const startOn = async (config: ServerConfig): Promise<RunningServer> => {
  const path = join(config.dataDirectory, 'sotto.db')
  const freshSetup = await makeOpaqueSetup()
  // Before the database: a crash between the two leaves secrets that nothing depends on yet.
  const secrets = loadSecrets({
    directory: join(config.dataDirectory, 'secrets'),
    mayCreate: !existsSync(path),
    makeOpaqueSetup: () => freshSetup,
  })
  const { databaseBytesMax: bytesMax } = config
  const store = await openStore({ path, ...(bytesMax === undefined ? {} : { bytesMax }) })
  try {
    return await assemble(config, store, secrets)
  } catch (error) {
    await store.close()
    throw error
  }
}
