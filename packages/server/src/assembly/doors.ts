import { Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { boundConnections } from '../budget/connections.ts'
import { watchWrites } from '../budget/progress.ts'
import type { ServerConfig } from '../configuration.ts'
import { type Disk, diskProbe, watchDisk } from '../data/disk.ts'
import type { Data } from '../data/openData.ts'
import { accessTokenRoutes } from '../http/accessTokenRoutes.ts'
import { makeHttpServer } from '../http/httpServer.ts'
import { proofRoutes } from '../http/proofRoutes.ts'
import { makeGateway } from '../live/gateway.ts'
import type { Services } from './services.ts'

/** Where clients and programs come in. */
export interface Doors {
  /** @returns the port */
  listen(port: number, host: string): Promise<number>
  /** Takes nothing new, finishes what has begun, and tells the clients to come back. */
  close(): Promise<void>
}

const diskOf = ({ directory, store }: Data, { limits, log }: Services): Disk =>
  watchDisk({
    probe: diskProbe(directory, limits.messageBytesMax),
    roomBytes: store.kept.roomBytes,
    neededBytes: limits.messageBytesMax,
    limits,
    log,
  })

const httpServerOf = (
  { webDirectory }: ServerConfig,
  { store }: Data,
  services: Services,
  disk: Disk,
  closing: AbortSignal,
): Promise<FastifyInstance> => {
  const { routes, lane, delivery, certificate } = services
  return makeHttpServer({
    ...services,
    ...(lane ? { addRoutes: lane.register } : {}),
    routes: [...routes, ...accessTokenRoutes(lane?.accessTokens), ...proofRoutes(services)],
    hooks: delivery.hooks,
    hookOut: delivery.hookOut,
    webDirectory,
    tls: certificate?.context,
    closing,
    ready: async () => {
      await store.answer()
      await disk.ready()
    },
  })
}

export const makeDoors = async (config: ServerConfig, data: Data, services: Services): Promise<Doors> => {
  const { certificate, edge, lane, delivery, limits, log } = services
  const closing = new AbortController()
  const disk = diskOf(data, services)
  const app = await httpServerOf(config, data, services, disk, closing.signal)
  if (app.server instanceof HttpsServer) certificate?.follow(app.server)
  boundConnections(app.server, limits.connectionsPerAddressMax, edge.believes)
  const writes = watchWrites(app.server, limits.writeStallMs, () => log.info('write_stalled'))
  const gateway = makeGateway(app.server, {
    ...services,
    ...(lane ? { upgradeElsewhere: lane.upgrade } : {}),
  })

  /** Whoever polls hears of it in his next request, which is still taken. */
  const closeRequests = async (): Promise<void> => {
    await lane?.sayClosing()
    await Promise.all([lane?.close(), app.close()])
  }
  return {
    listen: async (port, host) => {
      await app.listen({ port, host })
      void disk.look().catch(() => {})
      return (app.server.address() as AddressInfo).port
    },
    close: async () => {
      disk.end()
      certificate?.end()
      closing.abort()
      const grace = setTimeout(() => writes.destroyAll(), limits.shutdownGraceMs)
      await Promise.all([gateway.close(), closeRequests()])
      clearTimeout(grace)
      writes.end()
      await delivery.drained()
    },
  }
}
