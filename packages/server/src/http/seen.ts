import type { FastifyInstance } from 'fastify'
import type { Edge } from './edge.ts'

/** Where a server says how it sees who asks: for the web client and for whoever sets up a proxy. */
const seenPath = '/seen'

/** Says nothing that is not in the request already, but for the address that the host has made public. */
export const serveSeen = (app: FastifyInstance, edge: Edge): void => {
  app.get(seenPath, { exposeHeadRoute: true }, async ({ raw }, reply) =>
    reply
      .header('cache-control', 'no-store')
      .type('application/json; charset=utf-8')
      .send(
        JSON.stringify({
          host: edge.hostOf(raw) ?? null,
          https: edge.isSecure(raw),
          address: edge.addressOf(raw),
          publicUrl: edge.publicOrigin ?? null,
        }),
      ),
  )
}
