import type { FastifyRequest } from 'fastify'
import { refuse } from '../../failure.ts'
import { isJsonObject, type JsonObject, parseStrictJson } from '../../form/strictJson.ts'
import type { OpenRoute } from '../answers.ts'

const bodyOf = (body: unknown): JsonObject => {
  if (!(body instanceof Uint8Array) || body.length === 0) return {}
  const text = ((): string => {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
    } catch {
      return refuse('PAYLOAD_INVALID')
    }
  })()
  const value = parseStrictJson(text)
  return isJsonObject(value) ? value : refuse('PAYLOAD_INVALID')
}

/** Path, query and body give different fields; one that comes from two of them has no meaning. */
export const inputOf = ({ operation }: OpenRoute, request: FastifyRequest): JsonObject => {
  const query = request.query as JsonObject
  // Nothing of an address is told as the name of a field: somebody may have put a secret there.
  if (Object.keys(query).some((name) => !operation.query.includes(name))) refuse('PAYLOAD_INVALID')
  const parts = [request.params as JsonObject, query, bodyOf(request.body)]
  const names = parts.flatMap((part) => Object.keys(part))
  if (new Set(names).size !== names.length) refuse('PAYLOAD_INVALID')
  return Object.assign({}, ...parts) as JsonObject
}
