import { createServer } from 'node:http'
import { type AddressInfo, connect as netConnect, type Socket } from 'node:net'
import { nodeProvider } from '@sotto/mls/provider/node'
import { encodeClientFrame, limits, livePath, operations } from '@sotto/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { makeOpaque, makeOpaqueSetup } from '../src/authentication/opaque.ts'
import { processBus } from '../src/bus/processBus.ts'
import { systemClock } from '../src/configuration.ts'
import { makeMemoryBudget } from '../src/budget/memory.ts'
import { noLoad } from '../src/budget/load.ts'
import { makeCore } from '../src/core.ts'
import { makeEdge } from '../src/http/edge.ts'
import { makeGateway } from '../src/live/gateway.ts'
import { makeEventLog } from '../src/logging/eventLog.ts'
import { makeToken } from '../src/authentication/token.ts'
import { codeOf } from './client/together.ts'
import { connect, random, register } from './client/device.ts'
import { openSocket } from './client/liveSocket.ts'
import { createRoom, write } from './client/room.ts'
import { testServer } from './client/testServer.ts'
import { someAccount } from './contracts/authenticationStore.ts'
import { emptyData } from './memory/data.ts'
import { memoryStore } from './memory/memoryStore.ts'

const open: Socket[] = []
afterEach(() => open.splice(0).forEach((socket) => socket.destroy()))

/** The status with which an upgrade is answered; a socket that was opened stays open. */
const upgrade = (
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; webSocket: WebSocket }> =>
  new Promise((resolve) => {
    const webSocket = new WebSocket(url.replace('http', 'ws') + livePath, { headers })
    webSocket.on('open', () => resolve({ status: 101, webSocket }))
    webSocket.on('unexpected-response', (_request, response) =>
      resolve({ status: response.statusCode ?? 0, webSocket }),
    )
    webSocket.on('error', () => undefined)
  })

/** A peer that opens a WebSocket and then does nothing of what the protocol asks for. */
const deafPeer = async (url: string): Promise<Socket> => {
  const { port, hostname } = new URL(url)
  const socket = netConnect(Number(port), hostname)
  open.push(socket)
  socket.write(
    `GET ${livePath} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.from(random(16)).toString('base64')}\r\n\r\n`,
  )
  await new Promise<void>((resolve) => socket.once('data', () => resolve()))
  return socket
}

describe('before it has said who it is, a socket', () => {
  it('may send a greeting and no more, in one piece or in many', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const atOnce = await openSocket(url)
    // Read, and refused as no greeting.
    atOnce.sendBytes(random(limits.helloBytesMax))
    expect((await atOnce.next('refused')).code).toBe('bad_request')
    const oneMore = await openSocket(url)
    // With the header of its frame it is one byte more than a greeting and a header may have.
    const headerBytesMax = 14
    const frameHeaderBytes = 8
    oneMore.sendBytes(random(limits.helloBytesMax + headerBytesMax - frameHeaderBytes + 1))
    expect(await oneMore.closed).toBe(1006)
    const piecemeal = await openSocket(url)
    for (let i = 0; i < 30; i++) piecemeal.sendBytes(random(50))
    expect(await piecemeal.closed).toBe(1006)
    const greeted = await connect(alice)
    const large = { slot: 'data', counter: 1, sealed: random(20_000) }
    expect(await codeOf(alice.call(operations.writeVaultSlot, large))).toBe('accepted')
    greeted.sendBytes(random(5000))
    expect((await greeted.next('refused')).code).toBe('bad_request')
    greeted.send({ kind: 'ping', nonce: 1 })
    expect((await greeted.next('pong')).nonce).toBe(1)
  })

  it('is one of so many of its address, and of no other', async () => {
    const { url } = await testServer({
      trustProxy: ['loopback'],
      limits: { unidentifiedSocketsPerAddressMax: 2 },
    })
    const alice = await register(url, 'alice')
    const from = (address: string) => upgrade(url, { 'x-forwarded-for': address })
    const silent = [await from('10.0.0.1'), await from('10.9.9.9, 10.0.0.1')]
    expect(silent.map(({ status }) => status)).toEqual([101, 101])
    expect((await from('10.0.0.1')).status).toBe(503)
    expect((await from('10.0.0.1, 10.0.0.2')).status).toBe(101)
    // One that is greeted, or gone, makes room.
    const [first, second] = silent.map(({ webSocket }) => webSocket) as [WebSocket, WebSocket]
    const ready = new Promise((resolve) => first.once('message', resolve))
    first.send(encodeClientFrame({ kind: 'hello', token: alice.token }))
    await ready
    const third = await from('10.0.0.1')
    expect(third.status).toBe(101)
    expect((await from('10.0.0.1')).status).toBe(503)
    const gone = new Promise((resolve) => second.once('close', resolve))
    second.close()
    await gone
    expect((await from('10.0.0.1')).status).toBe(101)
    first.close()
  })

  it('does not outlive a session that ends while it is looked up', async () => {
    const data = emptyData()
    const store = memoryStore(() => data)
    const looking = Promise.withResolvers<void>()
    const found = Promise.withResolvers<void>()
    const authentication = {
      ...store.authentication,
      // A slow database: what it answers is no longer so.
      session: async (hash: Uint8Array) => {
        const session = await store.authentication.session(hash)
        looking.resolve()
        await found.promise
        return session
      },
    }
    const log = makeEventLog({ level: 'silent', destination: { write: () => undefined }, idKey: random(32) })
    const common = { provider: nodeProvider(), bus: processBus(), clock: systemClock, limits, log }
    const core = makeCore({
      ...common,
      lastMs: undefined,
      store: { ...store, authentication },
      registration: 'open',
      load: noLoad,
      secrets: { logKeySeed: random(32), senderTagKey: random(32) },
      opaque: await makeOpaque(await makeOpaqueSetup()),
    })
    const http = createServer()
    const gateway = makeGateway(http, {
      ...common,
      ...core,
      memory: makeMemoryBudget(limits),
      edge: makeEdge({}, systemClock, log),
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const account = someAccount('alice')
    const token = makeToken()
    const nowMs = Date.now()
    const session = { ...account.session, tokenHash: token.hash, createdMs: nowMs, usedMs: nowMs }
    await store.authentication.createAccount({ ...account, session })

    const socket = await openSocket(`http://127.0.0.1:${(http.address() as AddressInfo).port}`)
    socket.send({ kind: 'hello', token: token.text })
    await looking.promise
    await core.sessions.end({ ...session, name: 'alice', expiresMs: nowMs + 1000 })
    found.resolve()
    expect((await socket.next('closing')).reason).toBe('session')
    expect(await socket.closed).toBe(4401)
    await gateway.close()
    http.close()
  })
})

describe('a socket that is closed', () => {
  it('is given up when its peer does not answer', async () => {
    const { url } = await testServer({ limits: { helloTimeoutMs: 20, socketCloseMs: 100 } })
    const peer = await deafPeer(url)
    const told: Buffer[] = []
    peer.on('data', (data: Buffer) => told.push(data))
    const startedMs = performance.now()
    await new Promise<void>((resolve) => peer.once('close', () => resolve()))
    expect(performance.now() - startedMs).toBeLessThan(10_000)
    expect(Buffer.concat(told).includes(Buffer.from([0x88]))).toBe(true)
  })

  it('is not listened to any more', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const room = await createRoom(alice)
    const socket = await connect(alice)
    const { message } = await write(room, 'too late')
    socket.sendBytes('no text here')
    socket.send({ kind: 'submit', requestId: 1, room: room.id, message, aux: null })
    expect(await socket.closed).toBe(1003)
    const { head } = await alice.call(operations.readLog, { room: room.id, from: 0 })
    expect(head.seq).toBe(0)
  })
})
