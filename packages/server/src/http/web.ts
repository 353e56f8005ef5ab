import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Encoding, encodingFor } from './encoding.ts'
import { cachingOf } from './headers.ts'
import { readWebFiles, type WebFile } from './webFiles.ts'

const isRead = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD'

/** Whether a path is one of the web client's own places, which only its script knows. */
const isPlace = (request: FastifyRequest): boolean => {
  const [path = ''] = request.url.split('?')
  const last = path.slice(path.lastIndexOf('/') + 1)
  return (
    !path.startsWith('/v1/') && !last.includes('.') && (request.headers.accept ?? '').includes('text/html')
  )
}

/** Weakly, as RFC 9110 §13.1.2 wants it. */
const isKnown = (asked: string | undefined, etag: string): boolean =>
  asked !== undefined &&
  (asked.trim() === '*' || asked.split(',').some((one) => one.trim().replace(/^W\//, '') === etag))

/**
 * Sends a file in the form that the client likes best. Only files of the build are compressed, which are the same for
 * everyone: how long an answer is tells nothing of a secret (BREACH).
 */
const sendFile = (
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  file: WebFile,
): FastifyReply => {
  const there = [...file.forms.keys()]
  const encoding: Encoding = encodingFor(request.headers['accept-encoding'], there)
  const form = file.forms.get(encoding)
  if (!form) throw new Error(`no ${encoding} form of ${path}`)
  reply.headers({
    'cache-control': cachingOf(path),
    etag: form.etag,
    ...(there.length > 1 ? { vary: 'accept-encoding' } : {}),
    ...file.headers,
  })
  if (isKnown(request.headers['if-none-match'], form.etag)) return reply.code(304).send()
  reply.headers({
    'content-type': file.type,
    'content-length': form.bytes.length,
    ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
  })
  return reply.code(200).send(request.method === 'HEAD' ? undefined : form.bytes)
}

/** Serves the built web client; answers what it does not have with `false`. */
export type ServePlace = (request: FastifyRequest, reply: FastifyReply) => boolean

export const serveWeb = (app: FastifyInstance, directory: string): ServePlace => {
  const files = readWebFiles(directory)
  const page = files.get('/index.html')
  app.route<{ Params: { '*': string } }>({
    method: ['GET', 'HEAD'],
    url: '/*',
    handler: (request, reply) => {
      const asked = `/${request.params['*']}`
      const path = asked === '/' ? '/index.html' : asked
      const file = files.get(path)
      if (file) sendFile(request, reply, path, file)
      else reply.callNotFound()
    },
  })
  return (request, reply) => {
    if (!page || !isRead(request) || !isPlace(request)) return false
    void sendFile(request, reply, '/index.html', page)
    return true
  }
}
