import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { openFailures } from '@sotto/client'
import type { HttpAnswer, Route } from './dialect.ts'
import { GatewayRefusal, refusalBody, refusalOf } from './refusal.ts'
import { tokenOfRequest, type Visitor } from './visitor.ts'

/** A public key and what stands around it; messages do not come this way. */
const bodyBytesMax = 64 * 1024

/** Of the codes that are the gateway's own; those of the server have the status that they have there. */
const statuses: Readonly<Record<string, number>> = {
  NAME_INVALID: 400,
  NAME_IN_USE: 409,
  ACCOUNT_EXISTS: 409,
  CONTENT_TYPE_INVALID: 415,
  OFFLINE: 503,
  TIMEOUT: 503,
}

const statusOf = (code: string): number =>
  statuses[code] ?? Object.entries(openFailures).find(([known]) => known === code)?.[1].status ?? 500

export const jsonAnswer = (status: number, body: unknown): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
})

const refusalAnswer = (error: unknown): HttpAnswer => {
  const refusal = refusalOf(error)
  return jsonAnswer(statusOf(refusal.code), refusalBody(refusal))
}

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > bodyBytesMax) throw new GatewayRefusal('PAYLOAD_TOO_LARGE', 'The request is too large')
    parts.push(part)
  }
  if (bytes === 0) return undefined
  // A form of a page elsewhere can send any other type without being asked whether it may.
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new GatewayRefusal('CONTENT_TYPE_INVALID', 'The request has to be application/json')
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'))
  } catch {
    throw new GatewayRefusal('PAYLOAD_INVALID', 'The request is not JSON')
  }
}

/**
 * What is asked for. The address that a program is given may hold the token and end in `call=`, to which the program appends
 * what it calls: then that is the path, so that a program can be told the token of which nothing but the address can be
 * changed.
 */
const callOf = (target: string): URL => {
  const [, call] = /^\/?\?(?:[^#]*&)?call=([^#]*)/.exec(target) ?? []
  if (call === undefined) return new URL(target, 'http://localhost')
  // A library that adds a query of its own finds one there already, and goes on with it.
  const path = call.replace(/^\/*/, '/').replace(/^([^?&]*)&/, '$1?')
  return new URL(path, 'http://localhost')
}

/** Answers the requests that are no Socket.IO. */
export const makeHttp = (routes: readonly Route[], visitor: Visitor): RequestListener => {
  const answerOf = async (request: IncomingMessage): Promise<HttpAnswer> => {
    const { pathname, searchParams: query } = callOf(request.url ?? '/')
    const here = routes.filter(({ path }) => path === pathname)
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const route = here.find((one) => one.method === method)
    const refusal = visitor.refusal(request, route?.access ?? 'token')
    if (refusal !== null)
      throw new GatewayRefusal(refusal, 'The gateway answers programs and its own page on this machine')
    if (here.length === 0) throw new GatewayRefusal('NOT_FOUND', 'There is nothing here')
    if (!route)
      throw new GatewayRefusal('METHOD_NOT_ALLOWED', `This takes ${here.map((one) => one.method).join(', ')}`)
    if (route.access === 'token' && !visitor.isTold(tokenOfRequest(request)))
      throw new GatewayRefusal('UNAUTHORIZED', 'Give the token that the gateway printed when it started')
    return route.answer({ query, body: await readBody(request) })
  }

  const write = (
    request: IncomingMessage,
    response: ServerResponse,
    { status, headers, body }: HttpAnswer,
  ): void => {
    // What was not read to its end is not the beginning of another request.
    if (!request.complete) response.setHeader('connection', 'close')
    response.writeHead(status, {
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
      ...headers,
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  }

  return (request, response) => {
    answerOf(request).then(
      (answer) => write(request, response, answer),
      (error: unknown) => write(request, response, refusalAnswer(error)),
    )
  }
}
