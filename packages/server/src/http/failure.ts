import {
  codesHeader,
  type FailureBody,
  failureBody,
  failures,
  SottoError,
  writtenCode,
} from '@sotto/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'

const isError = (
  error: unknown,
): error is Error & { readonly code?: unknown; readonly statusCode?: unknown } => error instanceof Error

/** What went wrong before a handler was asked, as fastify names it. */
const codeOf = (error: unknown): SottoError | undefined => {
  if (!isError(error)) return undefined
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new SottoError('too_large')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_EMPTY_TYPE':
      return new SottoError('unsupported_media')
  }
  const { statusCode } = error
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
    ? new SottoError('bad_request')
    : undefined
}

/** The failure that an error stands for; undefined for a bug. */
export const failureOf = (error: unknown): SottoError | undefined =>
  error instanceof SottoError ? error : codeOf(error)

/** Words for a person who has opened a page under a name that the server does not go by. Quotes nothing of what was sent. */
export const sendUnknownHost = (reply: FastifyReply): FastifyReply =>
  reply
    .code(failures.host_refused.status)
    .header('cache-control', 'no-store')
    .type('text/plain; charset=utf-8').send(`This Sotto server does not go by the name in the address bar.

If the server is yours, tell it its name and start it again:
  --public-url URL    (SOTTO_PUBLIC_URL)  the address at which people open it: https://chat.example.org
  --host-names LIST   (SOTTO_HOSTS)       further names and addresses, separated by commas

Why it asks: another name that is made to point at a server would let its pages speak to it (DNS rebinding).
`)

/** A failure as it is written over HTTP. */
export const writtenFailure = (failure: SottoError, nowMs: number): string => {
  const body = failureBody(failure, new Date(nowMs).toISOString())
  return JSON.stringify({ ...body, code: writtenCode(body.code) })
}

/** The same for a client of the version before, to which a code in another case is none. */
const failureOfBefore = (failure: SottoError, nowMs: number): string => {
  const body: FailureBody = failureBody(failure, new Date(nowMs).toISOString())
  return JSON.stringify(body)
}

/** Our clients say what they read, and since codes have this case also that they know it; nobody else says the first. */
const isOfBefore = ({ url, headers }: FastifyRequest): boolean =>
  url.startsWith('/v1/') &&
  headers.accept === 'application/cbor' &&
  headers[codesHeader.name] !== codesHeader.value

/** Failures are JSON on every path, so that whoever asks by hand can read them too. */
export const sendFailure = (reply: FastifyReply, failure: SottoError, nowMs: number): FastifyReply => {
  const { status } = failures[failure.code]
  const retryAfterMs = failure.detail['retryAfterMs']
  if (typeof retryAfterMs === 'number') reply.header('retry-after', Math.ceil(retryAfterMs / 1000))
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send((isOfBefore(reply.request) ? failureOfBefore : writtenFailure)(failure, nowMs))
}
