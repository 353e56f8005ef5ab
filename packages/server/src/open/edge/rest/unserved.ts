import type { FastifyInstance } from 'fastify'
import type { Edge } from '../../../http/edge.ts'
import { OpenRefusal, refuse } from '../../failure.ts'
import type { OpenRoute } from '../answers.ts'
import { answerPreflight } from '../crossOrigin.ts'
import { insteadOfCookies, retiredPaths } from '../retired.ts'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Every address of an operation. */
export const pathsOf = ({ operation }: OpenRoute): readonly string[] => [operation.path, ...operation.aliases]

/** The same address with another method: said, so that nobody takes it for an address that is not there. */
const refuseOtherMethods = (app: FastifyInstance, routes: readonly OpenRoute[], path: string): void => {
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

const refuseRetired = (app: FastifyInstance, url: string): void => {
  app.route({
    method: [...methods],
    url,
    onRequest: async () => {
      throw new OpenRefusal('GONE', { instead: insteadOfCookies })
    },
    handler: async () => refuse('GONE'),
  })
}

const refuseEverythingElse = (app: FastifyInstance): void => {
  app.route({
    method: [...methods],
    url: '/api/*',
    onRequest: async () => refuse('NOT_FOUND'),
    handler: async () => refuse('NOT_FOUND'),
  })
}

/** What a browser asks before it lets a page of another origin ask. */
const servePreflight = (app: FastifyInstance, url: string, edge: Pick<Edge, 'allowedOrigin'>): void => {
  app.route({
    method: 'OPTIONS',
    url,
    handler: async ({ raw }, reply) =>
      edge.allowedOrigin(raw) === undefined ? refuse('METHOD_NOT_ALLOWED') : answerPreflight(reply),
  })
}

/** Says of everything that is no operation why it is none, and to browsers what they may ask from elsewhere. */
export const serveTheRest = (
  app: FastifyInstance,
  routes: readonly OpenRoute[],
  furtherPaths: readonly string[],
  edge: Pick<Edge, 'allowedOrigin'>,
): void => {
  const paths = [...new Set(routes.flatMap(pathsOf))]
  for (const path of paths) refuseOtherMethods(app, routes, path)
  for (const url of retiredPaths) refuseRetired(app, url)
  refuseEverythingElse(app)
  for (const url of [...paths, '/api/*', ...furtherPaths]) servePreflight(app, url, edge)
}
