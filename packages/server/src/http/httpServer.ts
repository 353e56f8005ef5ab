import type { SecureContextOptions } from 'node:tls'
import { SottoError } from '@sotto/protocol'
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Sessions } from '../authentication/sessions.ts'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { HookOut } from '../delivery/hookOut.ts'
import type { Hooks } from '../delivery/hooks.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { sayLastWord } from '../budget/lastWord.ts'
import type { MemoryBudget } from '../budget/memory.ts'
import type { WorkBudget } from '../budget/work.ts'
import { makeRate } from '../rate.ts'
import { addressKey } from './address.ts'
import type { Edge } from './edge.ts'
import { failureOf, sendFailure, sendUnknownHost, writtenFailure } from './failure.ts'
import { securityHeaders } from './headers.ts'
import { hookPrefix, serveHooks } from './hooks.ts'
import { serveOperation } from './operationRoute.ts'
import { bodyBytesOf, bodyTimeMs, budgetRequests, type RequestBudget } from '../budget/requests.ts'
import type { Route } from './route.ts'
import { serveSeen } from './seen.ts'
import { originForm } from './target.ts'
import { mayUpgrade } from './upgrade.ts'
import { serveWeb } from './web.ts'

export interface HttpOptions {
  readonly routes: readonly Route[]
  readonly hooks: Hooks
  readonly hookOut: HookOut
  readonly sessions: Pick<Sessions, 'authenticate'>
  readonly webDirectory: string | null
  readonly edge: Edge
  readonly memory: MemoryBudget
  readonly work: WorkBudget
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
  /** Adds the routes of the open lane, where there is one. */
  addRoutes?(app: FastifyInstance, memory: RequestBudget): Promise<void>
  /** What to listen with, for a server that has TLS. */
  readonly tls: SecureContextOptions | undefined
  /** Aborts when the server begins to close. */
  readonly closing: AbortSignal
  /** Resolves when the store answers. */
  ready(): Promise<void>
}

const apiPrefix = '/v1/'
const headersTimeoutMs = 10_000
const keepAliveTimeoutMs = 65_000
/** The longest name, every character of it percent-encoded. */
const parameterCharactersMax = 1024

/** Whether somebody has opened a page, and reads what is answered. */
const isForPerson = ({ headers }: FastifyRequest): boolean => (headers.accept ?? '').includes('text/html')

const asked = [apiPrefix, hookPrefix]

/** Whether an operation or a hook is asked for, as the router has understood it: a path can be written in many ways. */
const isAsked = ({ url, routeOptions }: FastifyRequest): boolean =>
  [url, routeOptions.url ?? ''].some((path) => asked.some((prefix) => path.startsWith(prefix)))

/** HTTP with TLS or without: fastify takes what it makes its server with under one of two names. */
const listening = ({ tls, limits }: HttpOptions): { readonly http: object } => {
  const http = { shouldUpgradeCallback: mayUpgrade }
  // The library's type for a server with TLS is another one; what we do with it is the same.
  return tls
    ? ({ https: { ...http, ...tls, handshakeTimeout: limits.helloTimeoutMs } } as unknown as { http: object })
    : { http }
}

/** The HTTP side of the server: operations, health, and the web client. */
export const makeHttpServer = async (options: HttpOptions): Promise<FastifyInstance> => {
  const { routes, sessions, clock, limits, log, closing, edge } = options
  const bodyBytesMax = Math.max(...routes.map(({ operation }) => operation.bodyBytesMax))
  const app = fastify({
    logger: false,
    ...listening(options),
    trustProxy: edge.believes,
    rewriteUrl: (request) => originForm(request.url ?? ''),
    bodyLimit: 1024,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    requestTimeout: bodyTimeMs(bodyBytesMax, limits),
    keepAliveTimeout: keepAliveTimeoutMs,
    routerOptions: { maxParamLength: parameterCharactersMax },
    genReqId: () => '',
    frameworkErrors: (error, _request, reply) => {
      void sendFailure(reply, failureOf(error) ?? new SottoError('bad_request'), clock.nowMs())
    },
    clientErrorHandler: (_error, socket) => {
      if (!socket.writable) return
      const body = writtenFailure(new SottoError('bad_request'), clock.nowMs())
      sayLastWord(
        socket,
        `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nConnection: close\r\n` +
          `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        limits.socketCloseMs,
      )
    },
  })
  app.server.headersTimeout = headersTimeoutMs

  const requests = makeRate(clock, {
    perSecond: limits.requestsPerSecondPerAddress,
    burst: 2 * limits.requestsPerSecondPerAddress,
  })

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders(edge.insistsOnTls(request.raw)))
    if (!edge.isForUs(request.raw)) throw new SottoError('host_refused')
    if (!isAsked(request)) return
    if (closing.aborted) throw new SottoError('unavailable')
    requests.take(addressKey(request.ip))
    if (edge.isForeign(request.raw)) throw new SottoError('origin_refused')
  })

  const memory = budgetRequests(app, options.memory, limits)

  app.addHook('onResponse', async (request) => {
    log.count({ address: addressKey(request.ip) }, { requests: 1, bytes: bodyBytesOf(request) })
  })

  app.setErrorHandler((error, request, reply) => {
    const failure = failureOf(error)
    if (failure?.code === 'host_refused' && isForPerson(request)) return sendUnknownHost(reply)
    const operation = request.routeOptions.url ?? 'unrouted'
    if (!failure) log.failure(error, { operation })
    log.count({ address: addressKey(request.ip) }, { code: failure?.code ?? 'internal' })
    if (failure?.code === 'rate') log.info('rate_refused', { operation, address: addressKey(request.ip) })
    return sendFailure(reply, failure ?? new SottoError('internal'), clock.nowMs())
  })

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/cbor', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )

  for (const route of routes)
    serveOperation(app, route, { sessions, memory, work: options.work, edge, log, closing })

  await serveHooks(app, options)
  await options.addRoutes?.(app, memory)

  serveSeen(app, edge)
  app.get('/healthz', { exposeHeadRoute: true }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'alive' }),
  )
  app.get('/readyz', { exposeHeadRoute: true }, async (_request, reply) => {
    if (closing.aborted) throw new SottoError('unavailable')
    await options.ready()
    return reply.header('cache-control', 'no-store').send({ status: 'ready' })
  })

  const servePlace = options.webDirectory ? serveWeb(app, options.webDirectory) : () => false
  app.setNotFoundHandler((request, reply) => {
    if (!servePlace(request, reply)) void sendFailure(reply, new SottoError('not_found'), clock.nowMs())
  })
  return app
}
