import { SottoError } from '@sotto/protocol'
import type { FastifyInstance } from 'fastify'
import type { Clock, ServerLimits } from '../../configuration.ts'
import { addressKey } from '../../http/address.ts'
import type { Edge } from '../../http/edge.ts'
import type { EventLog } from '../../logging/eventLog.ts'
import type { Rate } from '../../rate.ts'
import { OpenRefusal, refuse } from '../failure.ts'
import type { OpenRoute } from './answers.ts'
import { allowOrigin } from './crossOrigin.ts'
import { refusalOf, sendRefusal } from './rest/refusals.ts'
import { serveOperation, type ServingDependencies } from './rest/serving.ts'
import { pathsOf, serveTheRest } from './rest/unserved.ts'
import { type SocketServer, socketPath } from './sockets.ts'

interface Dependencies extends ServingDependencies {
  readonly routes: readonly OpenRoute[]
  readonly sockets: Pick<SocketServer, 'check' | 'answer' | 'isClosing'>
  readonly requests: Rate
  readonly edge: Pick<Edge, 'isForeign' | 'isSecure' | 'refuseInTheClear' | 'allowedOrigin' | 'allowsOrigins'>
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
}

/** What is asked of every request, whatever it is for. */
const checkRequests = (app: FastifyInstance, { edge, requests, sockets }: Dependencies): void => {
  app.addHook('onRequest', async (request, reply) => {
    const origin = edge.allowedOrigin(request.raw)
    if (edge.allowsOrigins) reply.header('vary', 'origin')
    // First, so that the page can read why it is refused.
    if (origin !== undefined) allowOrigin(reply, origin)
    requests.take(addressKey(request.ip))
    if (origin === undefined && edge.isForeign(request.raw)) refuse('ORIGIN_REFUSED')
    // What is said to a socket that polls comes in its next request.
    if (sockets.isClosing() && request.routeOptions.url !== socketPath) refuse('UNAVAILABLE')
  })
}

const takeJson = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
}

const sayRefusals = (app: FastifyInstance, { clock, log }: Dependencies): void => {
  app.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error)
    const operation = request.routeOptions.url ?? 'unrouted'
    if (!refusal) log.failure(error, { operation })
    if (refusal?.code === 'RATE_LIMITED')
      log.info('rate_refused', { operation, address: addressKey(request.ip) })
    const said = refusal ?? new OpenRefusal('INTERNAL')
    log.count({ address: addressKey(request.ip) }, { code: said.code })
    return sendRefusal(reply, said, clock.nowMs())
  })
}

/** Requests of sockets that poll, and of those that begin: the library answers them. */
const serveSockets = (app: FastifyInstance, { sockets, limits }: Dependencies): void => {
  app.route({
    method: ['GET', 'POST'],
    url: socketPath,
    bodyLimit: limits.openFrameBytesMax,
    onRequest: async (request, reply) => {
      sockets.check(request.raw, addressKey(request.ip))
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value)
      reply.hijack()
      sockets.answer(request.raw, reply.raw)
    },
    handler: async () => {
      throw new SottoError('internal')
    },
  })
}

/** The REST side of the open lane, and the address of its sockets. */
export const registerOpenHttp = async (root: FastifyInstance, dependencies: Dependencies): Promise<void> => {
  const { routes, edge } = dependencies
  await root.register(async (app) => {
    checkRequests(app, dependencies)
    takeJson(app)
    sayRefusals(app, dependencies)
    for (const route of routes)
      for (const path of pathsOf(route)) serveOperation(app, route, path, dependencies)
    serveTheRest(app, routes, [socketPath], edge)
    serveSockets(app, dependencies)
  })
}
