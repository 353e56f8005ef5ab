import { SottoError } from '@sotto/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Sessions } from '../../authentication/sessions.ts'
import type { Clock, ServerLimits } from '../../configuration.ts'
import { accountKey, userKey, type WorkBudget } from '../../budget/work.ts'
import { addressKey } from '../../http/address.ts'
import type { Edge } from '../../http/edge.ts'
import type { EventLog } from '../../logging/eventLog.ts'
import type { RequestBudget } from '../../budget/requests.ts'
import type { Rate } from '../../rate.ts'
import { countedAs } from '../accounts/owner.ts'
import { needScope, type OpenSessions } from '../accounts/sessions.ts'
import { asRefusal, ofFields, openFailureBody, openFailures, OpenRefusal, refuse } from '../failure.ts'
import { isJsonObject, type JsonObject, parseStrictJson } from '../form/strictJson.ts'
import { answerUs } from './answerWork.ts'
import type { OpenRoute } from './answers.ts'
import { shownToken, tokenOf } from './claim.ts'
import { allowOrigin, answerPreflight } from './crossOrigin.ts'
import { insteadOfCookies, retiredPaths } from './retired.ts'
import { type SocketServer, socketPath } from './sockets.ts'

interface Dependencies {
  readonly routes: readonly OpenRoute[]
  readonly sockets: Pick<SocketServer, 'check' | 'answer' | 'isClosing'>
  readonly sessions: Pick<OpenSessions, 'authenticate'>
  /** Of the other lane: what a person’s own client has. */
  readonly personSessions: Pick<Sessions, 'authenticate'>
  readonly requests: Rate
  readonly memory: Pick<RequestBudget, 'admit'>
  readonly work: WorkBudget
  readonly edge: Pick<Edge, 'isForeign' | 'isSecure' | 'refuseInTheClear' | 'allowedOrigin' | 'allowsOrigins'>
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
}

/** What a call costs, in microseconds of one core; passwords have turns of their own. */
const requestUs = 1000
/** To find out what belongs into a list; what is answered is counted by itself. */
const listUs = 3000
/** Whoever has no session hands in a password, which is stretched: on a small machine that is felt by everybody. */
const passwordUs = 40_000

/** What holds a password, or is answered with a token. */
const isSecretive = ({ codes }: OpenRoute['operation']): boolean => codes.includes('PLAIN_HTTP')

/** Whose work it is, for budgets and for whoever hosts the server. */
interface Account {
  readonly key: string
  readonly counted: Uint8Array
}

/** Who asks, as the operation needs it, and whose account pays. */
interface Asker {
  readonly caller: unknown
  readonly account: Account | null
}
const nobody: Asker = { caller: null, account: null }

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

const isList = ({ output, query }: OpenRoute['operation']): boolean =>
  output['type'] === 'array' || query.includes('format')

/** What fastify says before a handler is asked. */
const refusalOf = (error: unknown): OpenRefusal | undefined => {
  const known = asRefusal(error)
  if (known || !(error instanceof Error)) return known
  const { code, statusCode } = error as { readonly code?: unknown; readonly statusCode?: unknown }
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new OpenRefusal('PAYLOAD_TOO_LARGE')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_EMPTY_TYPE':
      return new OpenRefusal('MEDIA_TYPE')
  }
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
    ? new OpenRefusal('PAYLOAD_INVALID')
    : undefined
}

const sendRefusal = (reply: FastifyReply, refusal: OpenRefusal, nowMs: number): FastifyReply => {
  const { retryAfterMs } = refusal.detail
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.max(1, Math.ceil(retryAfterMs / 1000)))
  return reply
    .code(openFailures[refusal.code].status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(openFailureBody(refusal, nowMs)))
}

const bodyOf = (body: unknown): JsonObject => {
  if (!(body instanceof Uint8Array) || body.length === 0) return {}
  const text = ((): string => {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
    } catch {
      return refuse('PAYLOAD_INVALID')
    }
  })()
  const value = parseStrictJson(text)
  return isJsonObject(value) ? value : refuse('PAYLOAD_INVALID')
}

/** Path, query and body give different fields; one that comes from two of them has no meaning. */
const inputOf = ({ operation }: OpenRoute, request: FastifyRequest): JsonObject => {
  const query = request.query as JsonObject
  // Nothing of an address is told as the name of a field: somebody may have put a secret there.
  if (Object.keys(query).some((name) => !operation.query.includes(name))) refuse('PAYLOAD_INVALID')
  const parts = [request.params as JsonObject, query, bodyOf(request.body)]
  const names = parts.flatMap((part) => Object.keys(part))
  if (new Set(names).size !== names.length) refuse('PAYLOAD_INVALID')
  return Object.assign({}, ...parts) as JsonObject
}

const pathsOf = ({ operation }: OpenRoute): readonly string[] => [operation.path, ...operation.aliases]

const namesOf = ({ operation }: OpenRoute): readonly string[] =>
  Object.keys(operation.input.schema['properties'] ?? {})

/** The REST side of the open lane, and the address of its sockets. */
export const registerOpenHttp = async (root: FastifyInstance, dependencies: Dependencies): Promise<void> => {
  const { routes, sockets, sessions, personSessions, requests, memory, work, edge, clock, limits, log } =
    dependencies

  const admit = ({ operation }: OpenRoute, request: FastifyRequest, { key, counted }: Account): void => {
    const address = addressKey(request.ip)
    const workUs = isList(operation) ? listUs : requestUs
    log.count({ account: counted }, { requests: 1, workUs })
    log.count({ address }, { workUs })
    memory.admit(request, key, limits.openListedBytesMax)
    work.takeForAccount(key, workUs, address)
  }

  /** What an answer has cost is known when it is made. */
  const owe = (request: FastifyRequest, { key, counted }: Account, workUs: number): void => {
    const address = addressKey(request.ip)
    log.count({ account: counted, address }, { workUs })
    work.owe(key, workUs, address)
  }

  const whoAsks = async (route: OpenRoute, request: FastifyRequest): Promise<Asker> => {
    const { access } = route.operation
    switch (access.kind) {
      case 'anyone': {
        const address = addressKey(request.ip)
        log.count({ address }, { workUs: requestUs + passwordUs })
        work.takeForAddress(address, requestUs, passwordUs)
        return nobody
      }
      case 'lane': {
        const caller = await sessions.authenticate(tokenOf(request.headers, edge.isSecure(request.raw)))
        needScope(caller, access.scope)
        const account = { key: userKey(caller.user.id), counted: countedAs(caller.user) }
        admit(route, request, account)
        return { caller, account }
      }
      case 'person': {
        const caller = await personSessions.authenticate(tokenOf(request.headers, edge.isSecure(request.raw)))
        // A password alone makes no tokens: they would outlive a password that is changed.
        if (caller.device === null) return refuse('SCOPE_MISSING')
        const account = { key: accountKey(caller.account), counted: caller.account }
        admit(route, request, account)
        return { caller, account }
      }
    }
  }

  const answerOf = async (route: OpenRoute, input: unknown, request: Parameters<OpenRoute['answer']>[1]) => {
    try {
      return await route.answer(input, request)
    } catch (error) {
      throw ofFields(error, namesOf(route))
    }
  }

  const serve = (app: FastifyInstance, route: OpenRoute, url: string): void => {
    const { operation } = route
    const askers = new WeakMap<FastifyRequest, Asker>()
    app.route({
      method: operation.method,
      url,
      bodyLimit: limits.openBodyBytesMax,
      onRequest: async (request) => {
        if (isSecretive(operation)) edge.refuseInTheClear(request.raw)
        askers.set(request, await whoAsks(route, request))
      },
      handler: async (request, reply) => {
        const { caller, account } = askers.get(request) ?? nobody
        const input: unknown = operation.input.read(inputOf(route, request))
        const { body, cookie } = await answerOf(route, input, {
          caller,
          address: addressKey(request.ip),
          token: shownToken(request.headers, edge.isSecure(request.raw)),
          isSecure: edge.isSecure(request.raw),
        })
        const text = JSON.stringify(body)
        if (account) owe(request, account, answerUs(text.length))
        if (cookie !== undefined) reply.header('set-cookie', cookie)
        return reply
          .code(operation.status)
          .header('cache-control', 'no-store')
          .type('application/json; charset=utf-8')
          .send(text)
      },
    })
  }

  /** The same address with another method: said, so that nobody takes it for an address that is not there. */
  const serveOtherMethods = (app: FastifyInstance): void => {
    for (const path of new Set(routes.flatMap(pathsOf))) {
      const taken = routes.flatMap((route) => (pathsOf(route).includes(path) ? [route.operation.method] : []))
      app.route({
        method: methods.filter((method) => !taken.some((one) => one === method)),
        url: path,
        onRequest: async (_request, reply) => {
          reply.header('allow', taken.join(', '))
          refuse('METHOD_NOT_ALLOWED')
        },
        handler: async () => refuse('METHOD_NOT_ALLOWED'),
      })
    }
    for (const url of retiredPaths)
      app.route({
        method: [...methods],
        url,
        onRequest: async () => {
          throw new OpenRefusal('GONE', { instead: insteadOfCookies })
        },
        handler: async () => refuse('GONE'),
      })
    app.route({
      method: [...methods],
      url: '/api/*',
      onRequest: async () => refuse('NOT_FOUND'),
      handler: async () => refuse('NOT_FOUND'),
    })
  }

  /** What a browser asks before it lets a page of another origin ask. */
  const servePreflight = (app: FastifyInstance, url: string): void => {
    app.route({
      method: 'OPTIONS',
      url,
      handler: async ({ raw }, reply) =>
        edge.allowedOrigin(raw) === undefined ? refuse('METHOD_NOT_ALLOWED') : answerPreflight(reply),
    })
  }

  await root.register(async (app) => {
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
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )
    app.setErrorHandler((error, request, reply) => {
      const refusal = refusalOf(error)
      const operation = request.routeOptions.url ?? 'unrouted'
      if (!refusal) log.failure(error, { operation })
      if (refusal?.code === 'RATE_LIMITED')
        log.info('rate_refused', { operation, address: addressKey(request.ip) })
      const { code } = refusal ?? new OpenRefusal('INTERNAL')
      log.count({ address: addressKey(request.ip) }, { code })
      return sendRefusal(reply, refusal ?? new OpenRefusal('INTERNAL'), clock.nowMs())
    })
    for (const route of routes) for (const path of pathsOf(route)) serve(app, route, path)
    serveOtherMethods(app)
    for (const url of [...new Set(routes.flatMap(pathsOf)), '/api/*', socketPath]) servePreflight(app, url)

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
  })
}
