import type { IncomingMessage } from 'node:http'

const absolute = /^https?:\/\/([^/?#]*)/i

/** A request as it came: fastify keeps its target when it is given another. */
type Asked = Pick<IncomingMessage, 'url' | 'headers'> & { readonly originalUrl?: string | undefined }

/** The target of a request without the server that a whole address names (RFC 9112 §3.2.2). */
export const originForm = (target: string): string => {
  const named = absolute.exec(target)
  if (!named) return target
  const rest = target.slice(named[0].length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** The servers that a request says it is for: `Host`, and what a whole address as its target names. */
export const hostsAsked = (request: Asked): readonly (string | undefined)[] => {
  const named = absolute.exec(request.originalUrl ?? request.url ?? '')
  return named ? [request.headers.host, named[1]] : [request.headers.host]
}
