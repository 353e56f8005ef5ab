import { Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { nodeProvider } from '@sotto/mls/provider/node'
import type { RegistrationMode } from '@sotto/protocol'
import { makeOpaque } from './authentication/opaque.ts'
import { type Connected, makeAdministration } from './control/administration.ts'
import { type Control, listenForHost } from './control/listen.ts'
import { processBus } from './bus/processBus.ts'
import {
  boundedClock,
  type Clock,
  hostDefault,
  isLoopback,
  limitsOf,
  registrationOf,
  type ServerConfig,
  systemClock,
} from './configuration.ts'
import { noLoad } from './budget/load.ts'
import { makeCore } from './core.ts'
import { accessTokenRoutes } from './http/accessTokenRoutes.ts'
import { makeEdge } from './http/edge.ts'
import { boundConnections } from './budget/connections.ts'
import { makeMemoryBudget } from './budget/memory.ts'
import { watchWrites } from './budget/progress.ts'
import { makeHttpServer } from './http/httpServer.ts'
import { proofRoutes } from './http/proofRoutes.ts'
import { makeGateway } from './live/gateway.ts'
import { makeTally } from './logging/tally.ts'
import { type EventLog, makeEventLog, type Tallies } from './logging/eventLog.ts'
import { standardError } from './logging/standardError.ts'
import { makeDepartures } from './open/accounts/departures.ts'
import { processHints } from './open/hints.ts'
import { makeOpenLane } from './open/openLane.ts'
import type { Data } from './data/openData.ts'
import { diskProbe, watchDisk } from './data/disk.ts'
import { keepData } from './data/keeper.ts'
import type { Secrets } from './secrets.ts'
import { lookIntervalMs } from './steadyClock.ts'
import { openCertificate } from './tls/certificate.ts'

export interface RunningServer {
  /** Where a browser finds it. */
  readonly url: string
  readonly port: number
  /**
   * How far the clock of this machine is ahead of where time was when the server ran last, in milliseconds, if that is
   * more than anybody believes at once: for an hour the server goes on from there. 0: all is well.
   */
  readonly clockDoubtedMs: number
  /** Who may make an account. */
  readonly registration: RegistrationMode
  /** Whether nobody had one when it started. */
  readonly isEmpty: boolean
  /** Whether others than this machine reach it without TLS of its own. */
  readonly isPlain: boolean
  /** Of its own certificate, where it has one: until when it is valid, and whether it is for where people open the server. */
  readonly certificate: { readonly validToMs: number; readonly isForPublicUrl: boolean } | undefined
  /** Takes nothing new, finishes what has begun, tells the clients to come back, and lets go of the data directory. */
  close(): Promise<void>
}

/** What listens everywhere is opened at `localhost`. */
const urlHost = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

const eventLogOf = (config: ServerConfig, secrets: Secrets, clock: Clock, tallies: Tallies): EventLog =>
  makeEventLog({
    clock,
    tallies,
    level: config.logLevel ?? 'info',
    destination: config.logDestination ?? standardError(),
    idKey: secrets.logIdKey,
  })

/** Puts the services of a server together over its store, and listens. Closing the server closes the store. */
export const assemble = async (
  config: ServerConfig,
  { directory, store, secrets, identity, migrations }: Data,
): Promise<RunningServer> => {
  const { host = hostDefault, webDirectory } = config
  const clock = boundedClock(config.clock ?? systemClock)
  const limits = limitsOf(config)
  const tallies = {
    accounts: makeTally(clock, limits.talliedKeysMax),
    sources: makeTally(clock, limits.talliedKeysMax),
  }
  const log = eventLogOf(config, secrets, clock, tallies)
  const provider = nodeProvider()
  const bus = processBus()
  const closing = new AbortController()

  const opaque = await makeOpaque(secrets.opaqueSetup)
  const isEmpty = await store.authentication.isEmpty()
  const lastMs = config.clockIsRight ? undefined : await store.clock.last()
  const given = { provider, bus, limits, log }
  const registration = registrationOf(config)
  const { routes, sessions, admission, invites, delivery, quota, logKey, work, steady } = makeCore({
    ...given,
    clock,
    lastMs,
    store,
    secrets,
    opaque,
    registration,
    load: config.load ?? noLoad,
  })
  const memory = makeMemoryBudget(limits)
  const core = { ...given, clock: steady, memory, work }

  const certificate = config.tls
    ? await openCertificate({ files: config.tls, clock, limits, log })
    : undefined
  const edge = makeEdge(config, steady, log, certificate)
  const lane = config.open
    ? makeOpenLane({ ...core, edge, quota, store: store.open, admission, personSessions: sessions })
    : undefined

  const disk = watchDisk({
    probe: diskProbe(directory, limits.messageBytesMax),
    roomBytes: store.kept.roomBytes,
    neededBytes: limits.messageBytesMax,
    limits,
    log,
  })
  const app = await makeHttpServer({
    ...(lane ? { addRoutes: lane.register } : {}),
    routes: [...routes, ...accessTokenRoutes(lane?.accessTokens), ...proofRoutes({ logKey, edge, sessions })],
    hooks: delivery.hooks,
    hookOut: delivery.hookOut,
    sessions,
    webDirectory,
    edge,
    tls: certificate?.context,
    clock: steady,
    limits,
    log,
    memory,
    work,
    closing: closing.signal,
    ready: async () => {
      await store.answer()
      await disk.ready()
    },
  })
  if (app.server instanceof HttpsServer) certificate?.follow(app.server)
  boundConnections(app.server, limits.connectionsPerAddressMax, edge.believes)
  const writes = watchWrites(app.server, limits.writeStallMs, () => log.info('write_stalled'))
  const gateway = makeGateway(app.server, {
    ...core,
    sessions,
    delivery,
    edge,
    ...(lane ? { upgradeElsewhere: lane.upgrade } : {}),
  })
  const listenTo = async (url: string): Promise<Control | undefined> => {
    const isOwn = isLoopback(host)
    const publicUrl = config.publicUrl ?? (isOwn ? url : null)
    const departures = lane?.departures ?? makeDepartures({ store: store.open, hints: processHints() })
    const connected: Connected = {
      end: (ended) => {
        sessions.announceEnd(ended.sessions)
        departures.announceEnd(ended.openTokens)
      },
      leave: departures.leave,
    }
    const administration = makeAdministration({
      store: store.admin,
      invites,
      registration,
      publicUrl,
      connected,
      tallies,
      limits,
      clock: steady,
      log,
    })
    try {
      return await listenForHost({ dataDirectory: config.dataDirectory, administration, log })
    } catch (error) {
      // Whoever hosts it can end it and do the same; those who talk over it cannot do without it.
      log.failure(error, { operation: 'control' })
      return undefined
    }
  }
  const stopServing = async (): Promise<void> => {
    disk.end()
    certificate?.end()
    closing.abort()
    const grace = setTimeout(() => writes.destroyAll(), limits.shutdownGraceMs)
    // Whoever polls hears of it in his next request, which is still taken.
    const closeRequests = async (): Promise<void> => {
      await lane?.sayClosing()
      await Promise.all([lane?.close(), app.close()])
    }
    await Promise.all([gateway.close(), closeRequests()])
    clearTimeout(grace)
    writes.end()
    await delivery.drained()
  }
  const orStop = <T>(step: Promise<T>): Promise<T> =>
    step.catch(async (error: unknown) => {
      await stopServing()
      throw error
    })
  if (migrations > 0) log.info('data_updated', { count: migrations })
  const damaged = await orStop(delivery.inspect())
  if (damaged > 0) log.warn('rooms_not_served', { count: damaged })
  const keeper = await orStop(
    keepData({ directory, store: store.kept, clock: steady, limits, log }, identity),
  )
  await orStop(app.listen({ port: config.port, host })).catch(async (error: unknown) => {
    await keeper.end()
    throw error
  })
  void disk.look().catch(() => {})
  const { port } = app.server.address() as AddressInfo
  const url = `${certificate ? 'https' : 'http'}://${urlHost(host)}:${port}`
  const control = await listenTo(url)
  // A disk that is full takes it the next time.
  const look = (): void => void store.clock.note(steady.nowMs()).catch(() => {})
  look()
  const looks = setInterval(look, lookIntervalMs)
  log.info('started', { port })
  const clockDoubtedMs = steady.doubtedMs()
  if (clockDoubtedMs !== 0) log.warn('clock_doubted', { durationMs: clockDoubtedMs })

  const shutDown = async (): Promise<void> => {
    log.info('stopping')
    clearInterval(looks)
    await Promise.all([stopServing(), control?.close()])
    await keeper.end()
    await store.close()
    log.info('stopped')
  }
  let closed: Promise<void> | null = null
  return {
    url,
    port,
    registration,
    isEmpty,
    isPlain: !certificate && !isLoopback(host),
    certificate: certificate && {
      validToMs: certificate.validToMs(),
      isForPublicUrl: certificate.isFor(new URL(config.publicUrl ?? url).hostname),
    },
    clockDoubtedMs,
    close: () => (closed ??= shutDown()),
  }
}
