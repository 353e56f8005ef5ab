import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { livePath } from '@sotto/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { testServer } from './client/testServer.ts'

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

/** Somebody who never ends his side, and whose last bytes nobody reads. */
const stubborn = async (url: string, head: string): Promise<{ socket: Socket; answer: string }> => {
  const socket = connect({ port: Number(new URL(url).port), host: 'localhost', allowHalfOpen: true })
  sockets.push(socket)
  socket.on('error', () => {})
  await once(socket, 'connect')
  let answer = ''
  socket.on('data', (data: Buffer) => (answer += data.toString()))
  const ended = once(socket, 'end')
  socket.write(head)
  await ended
  socket.write('x'.repeat(4000))
  return { socket, answer }
}

const upgrade = (path: string, host = 'localhost', name = 'websocket'): string =>
  [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    `Upgrade: ${name}`,
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '',
    '',
  ].join('\r\n')

/** Each in a way of its own: another path, another name of the server, the lane of programs, no HTTP at all. */
const refused: readonly (readonly [what: string, head: string, answer: RegExp])[] = [
  ['another path', upgrade('/nowhere'), /^HTTP\/1\.1 404 /],
  ['another host', upgrade(livePath, 'evil.example'), /^HTTP\/1\.1 403 /],
  ['the open lane', upgrade('/socket.io/?EIO=3&transport=websocket'), /^HTTP\/1\.1 400 /],
  ['no HTTP', 'this is no request\r\n\r\n', /^HTTP\/1\.1 400 /],
]

describe('a connection that is refused', () => {
  it.each(refused)('is let go of, whatever its other side does: %s', async (_what, head, says) => {
    const { url } = await testServer({
      open: true,
      limits: { connectionsPerAddressMax: 3, socketCloseMs: 50 },
    })
    for (let at = 0; at < 3; at++) expect((await stubborn(url, head)).answer).toMatch(says)
    // A refused upgrade is not counted for the address in the end: others behind it are served.
    await expect
      .poll(() =>
        fetch(`${url}/healthz`).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200)
  })

  it('does not keep a server from stopping', async () => {
    const { url, restart } = await testServer({ limits: { socketCloseMs: 50, shutdownGraceMs: 200 } })
    await stubborn(url, upgrade('/nowhere'))
    await restart()
  })
})

describe('a wish for another protocol than WebSocket', () => {
  it.each(['h2c', 'TLS/1.2', 'x'])('is passed over: %s', async (name) => {
    const { url } = await testServer()
    const { answer } = await stubborn(
      url,
      upgrade('/healthz', 'localhost', name).replace('Upgrade\r\n', 'Upgrade, close\r\n'),
    )
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('comes with no body: a request that has one is an ordinary request', async () => {
    const { url } = await testServer()
    const head = upgrade('/nowhere')
      .replace('GET', 'POST')
      .replace('Upgrade\r\n', 'Upgrade, close\r\nContent-Length: 4\r\n')
    expect((await stubborn(url, `${head}body`)).answer).toMatch(/^HTTP\/1\.1 404 /)
  })
})
