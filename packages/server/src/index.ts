import { assemble, type RunningServer } from './assemble.ts'
import { makeOpaqueSetup } from './authentication/opaque.ts'
import { boundedClock, type ServerConfig, systemClock } from './configuration.ts'
import { openDataDirectory } from './data/dataDirectory.ts'
import { lockData } from './data/dataLock.ts'
import { openData } from './data/openData.ts'
import { dataProblem } from './data/problem.ts'

export type { RunningServer } from './assemble.ts'
export { type Clock, isPublic, type ServerConfig, type ServerLimits } from './configuration.ts'
export { threadLoad } from './budget/load.ts'
export { pageHeadersOf, securityHeaders } from './http/headers.ts'

/**
 * Starts a server on a data directory; several can run in one process, each on its own.
 *
 * @throws SottoError `unavailable` with what to do, when another server has the directory, others can look into it, it
 *   cannot be used, or what lies in it does not belong together
 * @throws Error when the port or the host cannot be had
 */
export const startServer = async (config: ServerConfig): Promise<RunningServer> => {
  const { dataDirectory } = config
  try {
    openDataDirectory(dataDirectory)
    const lock = lockData(dataDirectory)
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
  } catch (error) {
    throw dataProblem(error, dataDirectory)
  }
}

const startOn = async (config: ServerConfig): Promise<RunningServer> => {
  const { dataDirectory: directory, databaseBytesMax: bytesMax } = config
  const setup = await makeOpaqueSetup()
  const data = await openData({
    directory,
    bytesMax,
    isAccepted: config.dataIsRight ?? false,
    clock: boundedClock(config.clock ?? systemClock),
    makeOpaqueSetup: () => setup,
    ...(config.tellUpdate ? { tellUpdate: config.tellUpdate } : {}),
  })
  try {
    return await assemble(config, data)
  } catch (error) {
    await data.store.close()
    throw error
  }
}
