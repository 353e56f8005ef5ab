import { fromHex, hookIdBytes, SottoError } from '@sotto/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ServerLimits } from '../configuration.ts'
import type { Hooks } from '../delivery/hooks.ts'
import { addressKey } from './address.ts'

/** Where scripts find their hooks: `/h/<id>`. */
export const hookPrefix = '/h/'

const joseType = 'application/jose'
const bearer = /^Bearer ([A-Za-z0-9_-]{1,128})$/

const hookIn = (request: FastifyRequest): Uint8Array => {
  const { hook } = request.params as { readonly hook: string }
  if (Object.keys(request.query as object).length > 0)
    throw new SottoError('bad_request', 'unknown parameter')
  return fromHex(hook, hookIdBytes)
}

const tokenIn = ({ headers }: FastifyRequest): string => {
  const token = bearer.exec(headers.authorization ?? '')?.[1]
  if (token === undefined) throw new SottoError('unauthorized')
  return token
}

/** The side of hooks that scripts see: JOSE and JSON, and no session. */
export const serveHooks = async (
  root: FastifyInstance,
  hooks: Hooks,
  limits: Pick<ServerLimits, 'hookPostBytesMax'>,
): Promise<void> => {
  await root.register(async (app) => {
    app.removeAllContentTypeParsers()
    const parser = { parseAs: 'buffer', bodyLimit: limits.hookPostBytesMax } as const
    app.addContentTypeParser(joseType, parser, (_request, body, done) => done(null, body))

    app.get(`${hookPrefix}:hook/keys`, async (request, reply) => {
      const statement = await hooks.keys(hookIn(request))
      return reply.header('cache-control', 'no-store').type(joseType).send(statement)
    })

    app.post(`${hookPrefix}:hook`, {
      onRequest: async (request) => {
        // Said before the body is read: a script without a token has nothing to send.
        void tokenIn(request)
      },
      handler: async (request, reply) => {
        const { body } = request
        if (!Buffer.isBuffer(body)) throw new SottoError('unsupported_media')
        const ack = await hooks.post(
          hookIn(request),
          tokenIn(request),
          body.toString('latin1'),
          addressKey(request.ip),
        )
        return reply
          .code(201)
          .header('cache-control', 'no-store')
          .type('application/json; charset=utf-8')
          .send(JSON.stringify({ seq: ack.seq, timestamp: new Date(ack.timeMs).toISOString() }))
      },
    })
  })
}
