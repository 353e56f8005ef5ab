import type { FastifyReply } from 'fastify'
import { asRefusal, openFailureBody, openFailures, OpenRefusal } from '../../failure.ts'

/** What fastify says before a handler is asked. */
export const refusalOf = (error: unknown): OpenRefusal | undefined => {
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

export const sendRefusal = (reply: FastifyReply, refusal: OpenRefusal, nowMs: number): FastifyReply => {
  const { retryAfterMs } = refusal.detail
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.max(1, Math.ceil(retryAfterMs / 1000)))
  return reply
    .code(openFailures[refusal.code].status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(openFailureBody(refusal, nowMs)))
}
