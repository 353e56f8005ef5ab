import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as it came: what it says is not believed yet. */
export interface Delivery {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

const bodyBytesMax = 1024 * 1024
const patienceMs = 10_000

const bodyOf = async (request: IncomingMessage): Promise<Buffer | null> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyBytesMax) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/**
 * Listens on this machine only; a proxy with TLS stands in front of it where deliveries come from elsewhere. Whoever
 * delivers tries again unless the answer is a success, so `take` resolves when what it was given cannot be lost any more.
 *
 * @param take answers with an HTTP status
 */
export const listen = async (
  port: number,
  take: (delivery: Delivery) => Promise<number>,
): Promise<string> => {
  const server = createServer(
    { requestTimeout: patienceMs, headersTimeout: patienceMs },
    (request, response) => {
      const answer = async (): Promise<number> => {
        if (request.method !== 'POST') return 405
        const body = await bodyOf(request)
        return body ? take({ headers: request.headers, body }) : 413
      }
      answer()
        .catch((error: unknown) => {
          process.stderr.write(`${String(error)}\n`)
          return 503
        })
        .then((status) => response.writeHead(status, { connection: 'close' }).end())
        .catch(() => {})
    },
  )
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
