import type { FastifyReply } from 'fastify'

const methods = 'GET, POST, PUT, DELETE'
const headers = 'authorization, content-type'
/** What a page may read of an answer beside its body (Fetch §3.3.4). */
const exposed = 'retry-after'
const preflightS = 600

/**
 * Says that a page of this origin may read the answer, and send the cookie of its session with what it asks (Fetch §3.3).
 * Only an origin that was named gets here, and only it is said: never `*`.
 */
export const allowOrigin = (reply: FastifyReply, origin: string): void => {
  reply
    .header('access-control-allow-origin', origin)
    .header('access-control-allow-credentials', 'true')
    .header('access-control-expose-headers', exposed)
}

/** What answers the question that a browser asks first. */
export const answerPreflight = (reply: FastifyReply): FastifyReply =>
  reply
    .header('access-control-allow-methods', methods)
    .header('access-control-allow-headers', headers)
    .header('access-control-max-age', preflightS)
    .code(204)
    .send()
