import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { cachingOf, pageHeaders } from './headers.ts'

/** Whether a path is one of the web client's own places, which only its script knows. */
const isPlace = (request: FastifyRequest): boolean => {
  const [path = ''] = request.url.split('?')
  const last = path.slice(path.lastIndexOf('/') + 1)
  return (
    !path.startsWith('/v1/') && !last.includes('.') && (request.headers.accept ?? '').includes('text/html')
  )
}

/** Serves the built web client; answers what it does not have with `false`. */
export type ServePlace = (request: FastifyRequest, reply: FastifyReply) => boolean

export const serveWeb = async (app: FastifyInstance, directory: string): Promise<ServePlace> => {
  const root = resolve(directory)
  const hasIndex = existsSync(join(root, 'index.html'))
  await app.register(fastifyStatic, {
    root,
    serve: false,
    cacheControl: false,
    dotfiles: 'ignore',
    preCompressed: true,
  })
  app.get('/*', async (request, reply) => {
    const path = decodeURIComponent(request.url.split('?')[0] as string)
    const isPage = path === '/' || path.endsWith('.html')
    reply.headers({ 'cache-control': cachingOf(path), ...(isPage ? pageHeaders : {}) })
    return reply.sendFile(path === '/' ? 'index.html' : path.slice(1))
  })
  return (request, reply) => {
    if (!hasIndex || request.method !== 'GET' || !isPlace(request)) return false
    void reply
      .code(200)
      .headers({ 'cache-control': 'no-cache', ...pageHeaders })
      .sendFile('index.html')
    return true
  }
}
