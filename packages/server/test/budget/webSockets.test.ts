import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { limits } from '@sotto/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { makeMemoryBudget } from '../../src/budget/memory.ts'
import { boundedWebSocketServer } from '../../src/budget/webSockets.ts'

const open: { readonly server: Server; readonly client: WebSocket }[] = []
afterEach(async () => {
  for (const { server, client } of open.splice(0)) {
    client.terminate()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** One client of a bounded server, which keeps what it was sent. */
const connected = async (changes: Partial<Record<keyof typeof limits, number>> = {}) => {
  const bounds = { ...limits, fragmentsPerMessageMax: 8, ...changes }
  const memory = makeMemoryBudget(bounds)
  const server = createServer()
  const Bounded = boundedWebSocketServer({ memory, limits: bounds, addressOf: () => '10.0.0.1' })
  const webSockets = new Bounded({ noServer: true, maxPayload: 4 * 1024 * 1024 })
  const got: number[] = []
  server.on('upgrade', (request, socket, head) =>
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => undefined)
      webSocket.on('message', (data: Buffer) => got.push(data.length))
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  client.on('error', () => undefined)
  open.push({ server, client })
  await new Promise((resolve) => client.once('open', resolve))
  const closed = new Promise<number>((resolve) => client.once('close', resolve))
  const sendFragments = (count: number, bytes = 1): void => {
    for (let at = 1; at <= count; at++) client.send(Buffer.alloc(bytes), { fin: at === count })
  }
  return { memory, client, got, closed, sendFragments }
}

describe('a message in pieces', () => {
  it('may have so many, and one more ends the connection', async () => {
    const { got, closed, sendFragments } = await connected()
    sendFragments(8)
    await expect.poll(() => got).toEqual([8])
    sendFragments(9)
    expect(await closed).toBe(1008)
    expect(got).toEqual([8])
  })

  it('is held while it comes, and not when it is there', async () => {
    const { memory, client, got } = await connected()
    client.send(Buffer.alloc(300_000), { fin: false })
    await expect.poll(() => memory.heldBytes()).toBeGreaterThanOrEqual(300_000)
    client.send(Buffer.alloc(10), { fin: true })
    await expect.poll(() => got).toEqual([300_010])
    // Headers of the pieces are all that may be left of it in the count.
    await expect.poll(() => memory.heldBytes()).toBeLessThan(100)
    client.terminate()
    await expect.poll(() => memory.heldBytes()).toBe(0)
  })

  it('ends its connection where there is no room for it', async () => {
    const { memory, client, closed } = await connected({ memoryBytesPerAddressMax: 200_000 })
    client.send(Buffer.alloc(150_000), { fin: false })
    await expect.poll(() => memory.heldBytes()).toBeGreaterThanOrEqual(150_000)
    client.send(Buffer.alloc(150_000), { fin: false })
    expect(await closed).toBe(1006)
    await expect.poll(() => memory.heldBytes()).toBe(0)
  })

  it('may come in so many chunks, and not in more', async () => {
    const { memory, client, got, closed } = await connected({ chunksPerFrameMax: 4 })
    const socket = (client as unknown as { readonly _socket: { write(bytes: Buffer): void } })._socket
    /** The head of a frame of so many bytes with the first of them, and then a byte at a time. */
    const send = async (bytes: number): Promise<void> => {
      let heldBytes = memory.heldBytes()
      const head = [0x82, 0x80 + bytes, 1, 2, 3, 4]
      for (const chunk of [[...head, 0], ...Array.from({ length: bytes - 2 }, () => [0])]) {
        socket.write(Buffer.from(chunk))
        heldBytes += chunk.length
        // Each byte has come by itself: what comes together would be one chunk.
        await expect.poll(() => memory.heldBytes()).toBe(heldBytes)
      }
      socket.write(Buffer.from([0]))
    }
    await send(4)
    await expect.poll(() => got).toEqual([4])
    await send(5)
    expect(await closed).toBe(1008)
    expect(got).toEqual([4])
  })
})

describe('pings', () => {
  it('of a peer that reads are answered', async () => {
    const { client } = await connected()
    const ponged = new Promise((resolve) => client.once('pong', (data) => resolve(data.toString())))
    client.ping('7')
    expect(await ponged).toBe('7')
  })
})
