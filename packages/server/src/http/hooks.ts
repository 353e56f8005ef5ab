import {
  fromHex,
  hookIdBytes,
  isJsonObject,
  parseStrictJson,
  SottoError,
  uintParam,
  utf8Text,
} from '@sotto/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ServerLimits } from '../configuration.ts'
import type { HookOut } from '../delivery/hookOut.ts'
import type { Hooks } from '../delivery/hooks.ts'
import { addressKey } from './address.ts'

interface Options {
  readonly hooks: Hooks
  readonly hookOut: HookOut
  readonly limits: Pick<ServerLimits, 'hookPostBytesMax' | 'hookOutWaitMs'>
  /** Aborts when the server begins to close. */
  readonly closing: AbortSignal
}

/** Where scripts find their hooks: `/h/<id>`. */
export const hookPrefix = '/h/'

const joseType = 'application/jose'
const jsonBytesMax = 1024
const bearer = /^Bearer ([A-Za-z0-9_-]{1,128})$/

const hookIn = (request: FastifyRequest): Uint8Array => {
  const { hook } = request.params as { readonly hook: string }
  return fromHex(hook, hookIdBytes)
}

const tokenIn = ({ headers }: FastifyRequest): string => {
  const token = bearer.exec(headers.authorization ?? '')?.[1]
  if (token === undefined) throw new SottoError('unauthorized')
  return token
}

/** Whole numbers in the query, 0 where one is missing. @throws SottoError `bad_request` for another name */
const numbersIn = <const N extends string>(
  request: FastifyRequest,
  names: readonly N[],
): Record<N, number> => {
  const query = request.query as Readonly<Record<string, unknown>>
  if (Object.keys(query).some((name) => !names.some((known) => known === name)))
    throw new SottoError('bad_request', 'unknown parameter')
  const numberOf = (text: unknown): number => uintParam.parse(typeof text === 'string' ? text : '0')
  return Object.fromEntries(names.map((name) => [name, numberOf(query[name])])) as Record<N, number>
}

const uptoIn = ({ body }: FastifyRequest): number => {
  if (!Buffer.isBuffer(body)) throw new SottoError('unsupported_media')
  const value = parseStrictJson(utf8Text(body))
  const upto = isJsonObject(value) && Object.keys(value).length === 1 ? value['upto'] : undefined
  if (typeof upto !== 'number' || !Number.isSafeInteger(upto) || upto < 0)
    throw new SottoError('bad_request', 'expected {"upto": cursor}')
  return upto
}

const send = (reply: FastifyReply, status: number, value: object): FastifyReply =>
  reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(value))

/** The side of hooks that scripts see: JOSE and JSON, and no session. */
export const serveHooks = async (root: FastifyInstance, options: Options): Promise<void> => {
  const { hooks, hookOut, limits, closing } = options
  /** Asked before the body is read: who has no token has nothing to send. */
  const onRequest = async (request: FastifyRequest): Promise<void> => void tokenIn(request)

  await root.register(async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(joseType, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

    app.get(`${hookPrefix}:hook/keys`, async (request, reply) => {
      numbersIn(request, [])
      const statement = await hooks.keys(hookIn(request))
      return reply.header('cache-control', 'no-store').type(joseType).send(statement)
    })

    const post = { onRequest, bodyLimit: limits.hookPostBytesMax }
    app.post(`${hookPrefix}:hook`, post, async (request, reply) => {
      numbersIn(request, [])
      const { body } = request
      if (!Buffer.isBuffer(body)) throw new SottoError('unsupported_media')
      const address = addressKey(request.ip)
      const ack = await hooks.post(hookIn(request), tokenIn(request), body.toString('latin1'), address)
      return send(reply, 201, { seq: ack.seq, timestamp: new Date(ack.timeMs).toISOString() })
    })
  })

  await root.register(async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )

    app.get(`${hookPrefix}:hook/out`, { onRequest }, async (request, reply) => {
      const { after, wait } = numbersIn(request, ['after', 'wait'])
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const messages = await hookOut.read({
        hook: hookIn(request),
        token: tokenIn(request),
        address: addressKey(request.ip),
        after,
        waitMs: Math.min(wait * 1000, limits.hookOutWaitMs),
        signal: AbortSignal.any([gone.signal, closing]),
      })
      return send(reply, 200, { messages })
    })

    const settle = { onRequest, bodyLimit: jsonBytesMax }
    app.post(`${hookPrefix}:hook/out`, settle, async (request, reply) => {
      numbersIn(request, [])
      await hookOut.settle(hookIn(request), tokenIn(request), addressKey(request.ip), uptoIn(request))
      return send(reply, 200, {})
    })
  })
}
