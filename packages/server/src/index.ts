import { existsSync, mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { nodeProvider } from '@sotto/mls/provider/node'
import { pino } from 'pino'
import { makeLogin } from './authentication/login.ts'
import { makeOpaque, makeOpaqueSetup } from './authentication/opaque.ts'
import { makeRegistration } from './authentication/registration.ts'
import { makeSessions } from './authentication/sessions.ts'
import { processBus } from './bus/processBus.ts'
import { limitsOf, type ServerConfig, systemClock } from './configuration.ts'
import { makeDelivery } from './delivery/delivery.ts'
import { makeLogKey } from './delivery/logKey.ts'
import { makeAccounts } from './directory/accounts.ts'
import { makeChains } from './directory/chains.ts'
import { makeKeyPackages } from './directory/keyPackages.ts'
import { makeVault } from './directory/vault.ts'
import { makeHttpServer } from './http/httpServer.ts'
import { isForeign } from './http/origin.ts'
import { makePoll } from './http/poll.ts'
import { routesOf } from './http/routes.ts'
import { makeGateway } from './live/gateway.ts'
import { makeEventLog } from './logging/eventLog.ts'
import { loadSecrets } from './secrets.ts'
import { lockData } from './store/dataLock.ts'
import { openStore } from './store/openStore.ts'

export type { Clock, ServerConfig, ServerLimits } from './configuration.ts'

export interface RunningServer {
  /** Where a browser finds it. */
  readonly url: string
  readonly port: number
  /** Takes nothing new, finishes what has begun, tells the clients to come back, and lets go of the data directory. */
  close(): Promise<void>
}

const hostDefault = 'localhost'
const standardError = 2

/**
 * Starts a server on a data directory; several can run in one process, each on its own.
 *
 * @throws SottoError `unavailable` when another server has the data directory
 * @throws Error when the port is taken, a secret is missing, or the database is not what it must be
 */
export const startServer = async (config: ServerConfig): Promise<RunningServer> => {
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 })
  const lock = lockData(config.dataDirectory)
  try {
    return await startLocked(config, () => lock.release())
  } catch (error) {
    lock.release()
    throw error
  }
}

const startLocked = async (config: ServerConfig, release: () => void): Promise<RunningServer> => {
  const { dataDirectory, trustProxy = false, clock = systemClock, host = hostDefault } = config
  const limits = limitsOf(config)
  const path = join(dataDirectory, 'sotto.db')
  const freshSetup = await makeOpaqueSetup()
  // Before the database: a crash between the two leaves secrets that nothing depends on yet.
  const secrets = loadSecrets({
    directory: join(dataDirectory, 'secrets'),
    mayCreate: !existsSync(path),
    makeOpaqueSetup: () => freshSetup,
  })
  const store = await openStore({
    path,
    ...(config.databaseBytesMax === undefined ? {} : { bytesMax: config.databaseBytesMax }),
  })
  try {
    const log = makeEventLog({
      level: config.logLevel ?? 'info',
      destination: config.logDestination ?? pino.destination({ dest: standardError, sync: false }),
      idKey: secrets.logIdKey,
    })
    const provider = nodeProvider()
    const bus = processBus()
    const opaque = await makeOpaque(secrets.opaqueSetup)
    const logKey = makeLogKey(secrets.logKeySeed)
    const closing = new AbortController()

    const accounts = makeAccounts(store.directory)
    const deviceKey = (account: Uint8Array, device: Uint8Array) =>
      accounts.deviceKey(account, device, Math.floor(clock.nowMs() / 1000))
    const core = { provider, bus, clock, limits, log }
    const sessions = makeSessions({ ...core, store: store.authentication })
    const delivery = makeDelivery({
      ...core,
      store: store.delivery,
      logKey,
      senderTagKey: secrets.senderTagKey,
      accounts: accounts.state,
      deviceKey,
    })
    const services = {
      registration: makeRegistration({ ...core, store: store.authentication, opaque }),
      login: makeLogin({ ...core, store: store.authentication, sessions, opaque, deviceKey }),
      sessions,
      chains: makeChains({ ...core, store: store.directory, accounts, sessions }),
      keyPackages: makeKeyPackages({
        ...core,
        store: store.directory,
        accounts,
        mayInvite: delivery.mayInvite,
      }),
      vault: makeVault(store.directory),
      delivery,
      poll: makePoll({ delivery, bus, limits }),
      clock,
      logKey: logKey.publicKey,
    }
    const app = await makeHttpServer({
      routes: routesOf(services),
      sessions,
      webDirectory: config.webDirectory,
      trustProxy,
      clock,
      limits,
      log,
      closing: closing.signal,
      ready: store.answer,
    })
    const gateway = makeGateway(app.server, {
      sessions,
      delivery,
      bus,
      clock,
      limits,
      log,
      isForeign: (request) => isForeign(request, trustProxy),
    })
    await app.listen({ port: config.port, host })
    const { port } = app.server.address() as AddressInfo
    log.info('started', { port })

    const shutDown = async (): Promise<void> => {
      log.info('stopping')
      closing.abort()
      const grace = setTimeout(() => app.server.closeAllConnections(), limits.shutdownGraceMs)
      await Promise.all([gateway.close(), app.close()])
      clearTimeout(grace)
      await delivery.drained()
      await store.close()
      log.info('stopped')
      release()
    }
    let closed: Promise<void> | null = null
    return { url: `http://${urlHost(host)}:${port}`, port, close: () => (closed ??= shutDown()) }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** What listens everywhere is opened at `localhost`. */
const urlHost = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
