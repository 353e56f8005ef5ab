import { decodeAs, encodeAs, operations, type Param, SottoError } from '@sotto/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Caller, Sessions } from '../authentication/sessions.ts'
import { costOf, workUsOf } from '../budget/operationCosts.ts'
import { accountKey, type WorkBudget } from '../budget/work.ts'
import { addressKey } from './address.ts'
import { bodyBytesOf, type RequestBudget } from '../budget/requests.ts'
import type { EventLog } from '../logging/eventLog.ts'
import type { Edge } from './edge.ts'
import type { Route } from './route.ts'

const bearer = /^Bearer ([A-Za-z0-9_-]{1,128})$/

const authenticate = async (
  sessions: Pick<Sessions, 'authenticate'>,
  { operation }: Route,
  request: FastifyRequest,
): Promise<Caller | null> => {
  if (operation.access === 'anyone') return null
  const token = bearer.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined) throw new SottoError('unauthorized')
  const caller = await sessions.authenticate(token)
  if (operation.access === 'device' && caller.device === null) throw new SottoError('forbidden')
  return caller
}

/** Path and query hold the operation's parameters, each once, and nothing else. */
const parameters = ({ operation }: Route, request: FastifyRequest): Record<string, unknown> => {
  const [query, path] = [request.query, request.params] as [Record<string, unknown>, Record<string, unknown>]
  const given = { ...query, ...path }
  const wanted = Object.entries(operation.params as Record<string, Param<unknown>>)
  // Counted in both: what stands in the path does not stand in the query, too.
  if (Object.keys(query).length + Object.keys(path).length !== wanted.length)
    throw new SottoError('bad_request', 'unknown parameter')
  return Object.fromEntries(
    wanted.map(([name, param]) => {
      const text = given[name]
      if (typeof text !== 'string') throw new SottoError('bad_request', `parameter ${name}`)
      return [name, param.parse(text)]
    }),
  )
}

const bodyOf = ({ operation }: Route, request: FastifyRequest): object => {
  if (operation.method === 'GET') return {}
  // Without a body there is no content type that fastify would refuse.
  if (!(request.body instanceof Uint8Array)) throw new SottoError('unsupported_media')
  return decodeAs(operation.body, new Uint8Array(request.body), operation.name) as object
}

/** What holds a password, or is answered with something as good as one. */
const secretive: ReadonlySet<object> = new Set<object>([
  operations.registerStart,
  operations.registerFinish,
  operations.loginStart,
  operations.loginStartOfDevice,
  operations.loginFinish,
  operations.createAccessToken,
])

interface Dependencies {
  readonly edge: Pick<Edge, 'refuseInTheClear'>
  readonly sessions: Pick<Sessions, 'authenticate'>
  readonly memory: RequestBudget
  readonly work: WorkBudget
  readonly log: Pick<EventLog, 'count'>
  readonly closing: AbortSignal
}

/** Serves an operation: who asks is settled before the body is read, what is asked before the handler is called. */
export const serveOperation = (app: FastifyInstance, route: Route, dependencies: Dependencies): void => {
  const { sessions, memory, work, edge, log, closing } = dependencies
  const { operation } = route
  const cost = costOf(operation)
  const callers = new WeakMap<FastifyRequest, Caller | null>()
  app.route({
    method: operation.method,
    url: operation.path,
    bodyLimit: Math.max(1, operation.bodyBytesMax),
    onRequest: async (request) => {
      const address = addressKey(request.ip)
      const workUs = workUsOf(cost, bodyBytesOf(request))
      log.count({ address }, { workUs })
      if (secretive.has(operation)) edge.refuseInTheClear(request.raw)
      if (operation.access === 'anyone') work.takeForAddress(address, workUs)
      const caller = await authenticate(sessions, route, request)
      callers.set(request, caller)
      const account = caller && accountKey(caller.account)
      memory.admit(request, account, cost.answerBytes ?? 0)
      if (!caller || account === null) return
      log.count({ account: caller.account }, { requests: 1, workUs, bytes: bodyBytesOf(request) })
      work.takeForAccount(account, workUs, address)
    },
    handler: async (request, reply) => {
      const input = { ...parameters(route, request), ...bodyOf(route, request) }
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const caller = callers.get(request) ?? null
      const signal = AbortSignal.any([gone.signal, closing])
      const asked = { input, caller, address: addressKey(request.ip), signal }
      const output = await route.answer(asked).catch((error: unknown) => {
        if (caller && error instanceof SottoError)
          log.count({ account: caller.account }, { code: error.code })
        throw error
      })
      const body = encodeAs(operation.output, output)
      return reply
        .header('cache-control', 'no-store')
        .type('application/cbor')
        .send(Buffer.from(body.buffer, body.byteOffset, body.length))
    },
  })
}
