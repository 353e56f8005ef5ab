import { connect, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { limits, SottoError } from '@sotto/protocol'
import { fastify } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { boundConnections } from '../../src/budget/connections.ts'
import { makeMemoryBudget } from '../../src/budget/memory.ts'
import { watchWrites } from '../../src/budget/progress.ts'
import { bodyTimeMs, budgetRequests } from '../../src/budget/requests.ts'
import type { ServerLimits } from '../../src/configuration.ts'

const miB = 1024 * 1024
const answerBytes = 8 * miB

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

/** A server that asks the budget as ours does, with an answer that no system takes in at once. */
const serve = async (changes: Partial<ServerLimits> = {}) => {
  const bounds = {
    ...limits,
    memoryBytesMax: 100 * miB,
    memoryBytesPerAccountMax: 2 * answerBytes + miB,
    ...changes,
  }
  const memory = makeMemoryBudget(bounds)
  const app = fastify({ bodyLimit: 2 * miB })
  app.setErrorHandler((error, _request, reply) =>
    reply.code(error instanceof SottoError ? 429 : 500).send({ code: (error as SottoError).code }),
  )
  const requests = budgetRequests(app, memory, bounds)
  const worked: string[] = []
  app.get('/page/:account', {
    onRequest: async (request) => {
      requests.admit(request, (request.params as { account: string }).account, answerBytes)
    },
    handler: async (request, reply) => {
      worked.push((request.params as { account: string }).account)
      return reply.send(Buffer.alloc(answerBytes))
    },
  })
  app.addContentTypeParser('application/cbor', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
  app.post('/upload', async () => 'taken')
  const writes = watchWrites(app.server, bounds.writeStallMs, () => undefined)
  boundConnections(app.server, bounds.connectionsPerAddressMax, () => false)
  await app.listen({ port: 0, host: '127.0.0.1' })
  ends.push(
    () => app.close(),
    () => app.server.closeAllConnections(),
    () => writes.end(),
  )
  const { port } = app.server.address() as AddressInfo

  const open = (bytes: string): Socket => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    ends.push(() => socket.destroy())
    socket.on('error', () => undefined)
    return socket
  }
  const head = (socket: Socket): Promise<string> =>
    new Promise((resolve) => {
      socket.once('data', (data) => resolve(data.toString('latin1').slice(9, 12)))
      socket.once('close', () => resolve('closed'))
    })
  return { memory, worked, open, head }
}

const get = (account: string): string => `GET /page/${account} HTTP/1.1\r\nHost: h\r\n\r\n`
const post = (length: number): string =>
  `POST /upload HTTP/1.1\r\nHost: h\r\nContent-Type: application/cbor\r\nContent-Length: ${length}\r\n\r\n`

describe('answers that nobody reads', () => {
  it('LIVE-7 are held up to the bound of their account; the next is refused before its work is done', async () => {
    const { memory, worked, open, head } = await serve()
    const silent = [open(get('alice')), open(get('alice'))]
    for (const socket of silent) socket.pause()
    await expect.poll(() => worked.length).toBe(2)
    await expect.poll(() => memory.heldBytes()).toBeGreaterThan(2 * answerBytes)
    expect(await head(open(get('alice')))).toBe('429')
    expect(worked).toEqual(['alice', 'alice'])
    const bob = open(get('bob'))
    expect(await head(bob)).toBe('200')
    for (const socket of [...silent, bob]) socket.destroy()
    await expect.poll(() => memory.heldBytes()).toBe(0)
    expect(await head(open(get('alice')))).toBe('200')
  })

  it('are held for one connection as for many', async () => {
    const { memory, worked, open } = await serve()
    open(get('alice').repeat(20)).pause()
    await expect.poll(() => worked.length).toBe(2)
    expect(memory.heldBytes()).toBeLessThan(3 * answerBytes)
  })

  it('LIVE-9 end their connection when nothing of them is taken in for a while', async () => {
    const { memory, worked, open } = await serve({ writeStallMs: 120 })
    const socket = open(get('alice'))
    socket.pause()
    await expect.poll(() => worked.length).toBe(1)
    await expect.poll(() => memory.heldBytes()).toBe(0)
    socket.resume()
    await new Promise((resolve) => socket.once('close', resolve))
  })

  it('are delivered to whoever reads slowly', async () => {
    const { memory, open } = await serve({ writeStallMs: 600 })
    const socket = open(get('alice'))
    let bytes = 0
    await new Promise<void>((resolve) => {
      socket.on('data', (data) => {
        bytes += data.length
        if (bytes > answerBytes) return resolve()
        socket.pause()
        setTimeout(() => socket.resume(), 5)
      })
      socket.once('close', () => resolve())
    })
    expect(bytes).toBeGreaterThan(answerBytes)
    await expect.poll(() => memory.heldBytes()).toBe(0)
  })
})

describe('bodies that are not sent', () => {
  it('are held by their declared length, before a byte of them has come', async () => {
    const bound = 2 * miB + 2 * limits.memoryBytesPerRequest
    const { memory, open, head } = await serve({ memoryBytesPerAddressMax: bound })
    const slow = [open(post(miB)), open(post(miB))]
    await expect.poll(() => memory.heldBytes()).toBe(bound)
    expect(await head(open(post(1)))).toBe('429')
    slow[0]?.destroy()
    await expect.poll(() => memory.heldBytes()).toBeLessThan(bound)
    expect(await head(open(`${post(3)}abc`))).toBe('200')
  })

  it('count as all that the route takes when they do not say how long they are', async () => {
    const { memory, open } = await serve()
    open(
      'POST /upload HTTP/1.1\r\nHost: h\r\nContent-Type: application/cbor\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
    await expect.poll(() => memory.heldBytes()).toBe(2 * miB + limits.memoryBytesPerRequest)
  })

  it('LIVE-9 end their connection after a time that fits their length', async () => {
    const times = { requestTimeoutMs: 50, uploadBytesPerSecondMin: 10 * miB }
    const { memory, open, head } = await serve(times)
    expect(bodyTimeMs(miB, { ...limits, ...times })).toBe(150)
    const socket = open(post(miB))
    const trickle = setInterval(() => socket.write('a'), 10)
    ends.push(() => clearInterval(trickle))
    expect(await head(socket)).toBe('closed')
    await expect.poll(() => memory.heldBytes()).toBe(0)
  })
})

describe('connections', () => {
  it('of one address are so many and no more', async () => {
    const { open, head } = await serve({ connectionsPerAddressMax: 2 })
    const kept = [open(post(3)), open(post(3))]
    await Promise.all(kept.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
    expect(await head(open(post(3)))).toBe('closed')
    kept[0]?.destroy()
    await expect.poll(() => head(open(`${post(3)}abc`))).toBe('200')
  })
})
