import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ServerLimits } from '../../../configuration.ts'
import { addressKey } from '../../../http/address.ts'
import type { Edge } from '../../../http/edge.ts'
import { ofFields } from '../../failure.ts'
import { answerUs } from '../answerWork.ts'
import type { Answer, OpenRoute } from '../answers.ts'
import { shownToken } from '../claim.ts'
import { type Asker, type AskerDependencies, nobody, owe, whoAsks } from './asker.ts'
import { inputOf } from './input.ts'

export interface ServingDependencies extends AskerDependencies {
  readonly edge: Pick<Edge, 'isSecure' | 'refuseInTheClear'>
  readonly limits: Pick<ServerLimits, 'openListedBytesMax' | 'openBodyBytesMax'>
}

/** What holds a password, or is answered with a token. */
const isSecretive = ({ codes }: OpenRoute['operation']): boolean => codes.includes('PLAIN_HTTP')

const namesOf = ({ operation }: OpenRoute): readonly string[] =>
  Object.keys(operation.input.schema['properties'] ?? {})

const answerOf = async (
  route: OpenRoute,
  input: unknown,
  request: Parameters<OpenRoute['answer']>[1],
): Promise<Answer> => {
  try {
    return await route.answer(input, request)
  } catch (error) {
    throw ofFields(error, namesOf(route))
  }
}

/** Serves an operation at one of its addresses. */
export const serveOperation = (
  app: FastifyInstance,
  route: OpenRoute,
  url: string,
  dependencies: ServingDependencies,
): void => {
  const { edge, limits } = dependencies
  const { operation } = route
  const askers = new WeakMap<FastifyRequest, Asker>()
  app.route({
    method: operation.method,
    url,
    bodyLimit: limits.openBodyBytesMax,
    onRequest: async (request) => {
      if (isSecretive(operation)) edge.refuseInTheClear(request.raw)
      askers.set(request, await whoAsks(route, request, dependencies))
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
      if (account) owe(request, account, answerUs(text.length), dependencies)
      if (cookie !== undefined) reply.header('set-cookie', cookie)
      return reply
        .code(operation.status)
        .header('cache-control', 'no-store')
        .type('application/json; charset=utf-8')
        .send(text)
    },
  })
}
