import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A proxy that passes everything on but upgrades: each is refused, by an answer or by closing, in turn. */
export interface Middleman {
  readonly url: string
  /** Upgrades that were refused so far. */
  refused(): number
  close(): Promise<void>
}

/** @param to where the server listens: `http://localhost:5000` */
export const refusingUpgrades = async (to: string): Promise<Middleman> => {
  const { port: serverPort } = new URL(to)
  let refused = 0
  const proxy = createServer((asked, answer) => {
    const { method, url, headers } = asked
    // The name under which it was asked is passed on, as a proxy has to.
    const onward = request({ port: serverPort, host: '127.0.0.1', method, path: url, headers, agent: false })
    onward.on('response', (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers)
      got.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    answer.on('close', () => onward.destroy())
    asked.pipe(onward)
  })
  proxy.on('upgrade', (_asked, socket) => {
    refused += 1
    if (refused % 2 === 0) socket.destroy()
    else socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    url: `http://localhost:${(proxy.address() as AddressInfo).port}`,
    refused: () => refused,
    close: async () => {
      proxy.closeAllConnections()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}
