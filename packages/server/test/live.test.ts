import { encodeClientFrame, limits, livePath, operations } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { extensionsWithPolicy, withoutMember } from '@sotto/trust'
import { refusal } from './client/calling.ts'
import { connect, publish, random, type RawDevice, register } from './client/device.ts'
import { type LiveSocket, openSocket } from './client/liveSocket.ts'
import {
  acceptWelcome,
  adopt,
  catchUp,
  createRoom,
  invite,
  policyIn,
  prepareCommit,
  say,
  write,
} from './client/room.ts'
import { testServer } from './client/testServer.ts'

const pair = async (url: string) => {
  const alice = await register(url, 'alice')
  const bob = await register(url, 'bob')
  await publish(bob, 2)
  const hers = await createRoom(alice)
  await invite(hers, bob.account)
  const his = await acceptWelcome(bob, hers.id)
  return { alice, bob, hers, his }
}

/** Resolves when the server has sent its next ping. */
const nextPing = ({ webSocket }: LiveSocket): Promise<void> =>
  new Promise((resolve) => webSocket.once('ping', () => resolve()))

const upgradeStatus = (url: string, path: string, headers: Record<string, string>): Promise<number> =>
  new Promise((resolve) => {
    const webSocket = new WebSocket(url.replace('http', 'ws') + path, { headers })
    webSocket.on('open', () => {
      webSocket.close()
      resolve(101)
    })
    webSocket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    webSocket.on('error', () => undefined)
  })

describe('a socket', () => {
  it('LIVE-1 is greeted with the heads of its rooms, and answers nothing before', async () => {
    const { url } = await testServer()
    const { bob, hers } = await pair(url)
    const socket = await openSocket(url)
    socket.send({ kind: 'ping', nonce: 1 })
    expect(await socket.next('refused')).toMatchObject({ requestId: null, code: 'unauthorized' })
    socket.send({ kind: 'hello', token: bob.token })
    const ready = await socket.next('ready')
    expect(ready).toMatchObject({ account: bob.account, device: bob.id, welcomes: 0 })
    expect(ready.heads.map(({ room, seq }) => [room, seq])).toEqual([[hers.id, 1]])
    socket.send({ kind: 'hello', token: bob.token })
    expect((await socket.next('refused')).code).toBe('bad_request')
    socket.send({ kind: 'ping', nonce: 7 })
    expect((await socket.next('pong')).nonce).toBe(7)
  })

  it('LIVE-1 is closed when it does not say who it is', async () => {
    const { url } = await testServer({ limits: { helloTimeoutMs: 50 } })
    const silent = await openSocket(url)
    expect(await silent.closed).toBe(4401)
    const wrong = await openSocket(url)
    wrong.send({ kind: 'hello', token: 'A'.repeat(43) })
    expect((await wrong.next('refused')).code).toBe('unauthorized')
    expect(await wrong.closed).toBe(4401)
  })

  it('is opened from pages of the same site only, and on one path', async () => {
    const { url } = await testServer()
    expect(await upgradeStatus(url, livePath, {})).toBe(101)
    expect(await upgradeStatus(url, livePath, { origin: url })).toBe(101)
    expect(await upgradeStatus(url, livePath, { origin: 'https://evil.example' })).toBe(403)
    expect(await upgradeStatus(url, livePath, { 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await upgradeStatus(url, '/v1/other', {})).toBe(404)
  })

  it('LIVE-3 survives frames that are not understood', async () => {
    const { url } = await testServer()
    const { hers, alice } = await pair(url)
    const socket = await connect(alice)
    const hostile = [
      new Uint8Array(0),
      random(100),
      new Uint8Array(1000).fill(0x81),
      new Uint8Array(60).fill(0x9f),
      encodeClientFrame({ kind: 'ping', nonce: 1 }).slice(0, -1),
      new Uint8Array([...encodeClientFrame({ kind: 'ping', nonce: 1 }), 0]),
      // A length written longer than it need be.
      new Uint8Array([0x82, 0x02, 0x18, 0x01]),
    ]
    for (const bytes of hostile) {
      socket.sendBytes(bytes)
      expect(await socket.next('refused')).toMatchObject({ requestId: null, code: 'bad_request' })
    }
    const { message } = await write(hers, 'still connected')
    expect((await socket.submit(hers.id, message)).seq).toBe(2)
  })

  it('is closed by text and by frames that are too large, and nothing of them is stored', async () => {
    const { url } = await testServer()
    const { hers, alice } = await pair(url)
    const texter = await connect(alice)
    texter.sendBytes('{"kind":"submit"}')
    expect(await texter.closed).toBe(1003)
    const large = await connect(alice)
    large.sendBytes(new Uint8Array(limits.frameBytesMax))
    expect((await large.next('refused')).code).toBe('bad_request')
    large.sendBytes(new Uint8Array(limits.frameBytesMax + 1))
    expect(await large.closed).toBe(1009)
    const { head } = await alice.call(operations.readLog, { room: hers.id, from: 0 })
    expect(head.seq).toBe(1)
  })

  it('gives the same refusals as HTTP', async () => {
    const { url } = await testServer()
    const { hers, alice } = await pair(url)
    const socket = await connect(alice)
    await say(hers, 'one')
    const back = await write(hers, 'x', { sendCounter: hers.counter })
    const again = await write(hers, 'x', { sendCounter: 1 })
    expect(await refusal(socket.submit(hers.id, again.message))).toEqual({
      code: 'client_rollback',
      detail: { lastCounter: 2 },
    })
    expect((await refusal(socket.submit(random(16), back.message))).code).toBe('bad_request')
    expect((await refusal(socket.submit(hers.id, random(50)))).code).toBe('bad_request')
  })

  it('is one of so many: the oldest makes room', async () => {
    const { url } = await testServer({ limits: { socketsPerAccountMax: 2 } })
    const alice = await register(url, 'alice')
    const first = await connect(alice)
    const second = await connect(alice)
    const third = await connect(alice)
    expect((await first.next('closing')).reason).toBe('too_many')
    expect(await first.closed).toBe(4429)
    for (const socket of [second, third]) {
      socket.send({ kind: 'ping', nonce: 3 })
      await socket.next('pong')
    }
  })

  it('from which nothing comes any more is given up', async () => {
    const { url } = await testServer({ limits: { pingIntervalMs: 60 } })
    const alice = await register(url, 'alice')
    const socket = await connect(alice)
    socket.webSocket.pause()
    // The pongs of this socket stay away, while another sees ping after ping.
    const other = await connect(alice)
    for (let pings = 0; pings < 4; pings++) await nextPing(other)
    socket.webSocket.resume()
    expect(await socket.closed).toBe(1006)
  })
})

describe('pushes', () => {
  it('reach every device of the room, each entry once and in order, with a signed end', async () => {
    const { url } = await testServer()
    const { alice, bob, hers, his } = await pair(url)
    const [hersLive, hisLive] = [await connect(alice), await connect(bob)]
    const messages = []
    for (let i = 0; i < 20; i++) messages.push(await write(hers, `message ${i}`))
    const acks = await Promise.all(messages.map(({ message }) => hersLive.submit(hers.id, message)))
    expect(acks.map(({ seq }) => seq)).toEqual(messages.map((_, i) => i + 2))
    for (const socket of [hersLive, hisLive]) {
      const seen: number[] = []
      while (seen.at(-1) !== 21) {
        const { messages: pushed, ack } = await socket.next('entries')
        for (let i = pushed.length - 1; i >= 0; i--) seen.push(ack.seq - i)
      }
      expect(seen).toEqual(acks.map(({ seq }) => seq))
    }
    await catchUp(his)
    expect(his.texts).toHaveLength(20)
  })

  it('begin with the Welcome and end with the removal', async () => {
    const { url } = await testServer()
    const alice = await register(url, 'alice')
    const bob = await register(url, 'bob')
    await publish(bob)
    const socket = await connect(bob)
    const hers = await createRoom(alice)
    await say(hers, 'before')
    await catchUp(hers)
    await invite(hers, bob.account)
    expect((await socket.next('welcome')).room).toEqual(hers.id)
    const his = await acceptWelcome(bob, hers.id)
    await say(hers, 'inside')
    expect((await socket.next('entries')).ack.seq).toBe(3)

    await catchUp(hers)
    const extensions = extensionsWithPolicy(
      hers.group.public.context,
      withoutMember(policyIn(hers), bob.account),
    )
    const removal = await prepareCommit(hers, {
      proposals: [
        { kind: 'remove', removed: his.group.ownLeaf },
        { kind: 'group_context_extensions', extensions },
      ],
    })
    await adopt(hers, removal)
    expect((await socket.next('entries')).ack.seq).toBe(4)
    await say(hers, 'without Bob')
    socket.send({ kind: 'ping', nonce: 1 })
    await socket.next('pong')
    expect(socket.frames.filter(({ kind }) => kind === 'entries')).toHaveLength(2)
    expect(await catchUp(his)).toBe('removed')
  })

  it('LIVE-4 stop for a socket that does not read; it is told where the room is, and the log has everything', async () => {
    const { url } = await testServer({ limits: { socketBacklogBytesMax: 64 * 1024 } })
    const { alice, bob, hers, his } = await pair(url)
    const slow = await connect(bob)
    const fast = await connect(alice)
    slow.webSocket.pause()
    const text = 'x'.repeat(40_000)
    const count = 150
    for (let i = 0; i < count; i++) {
      const { message } = await write(hers, text)
      await fast.submit(hers.id, message)
    }
    slow.webSocket.resume()
    const behind = await slow.next('behind')
    expect(behind.room).toEqual(hers.id)
    expect(behind.head).toBe(count + 1)
    const pushed = slow.frames.filter(({ kind }) => kind === 'entries').length
    expect(pushed).toBeLessThan(count)
    await catchUp(his)
    expect(his.texts).toHaveLength(count)
    await say(hers, 'caught up again')
    const next = await slow.next('entries', ({ ack }) => ack.seq === count + 2)
    expect(next.messages).toHaveLength(1)
  })
})

describe('the long poll', () => {
  it('LIVE-5 answers at once when there is news, else when there is some', async () => {
    const { url } = await testServer({ limits: { longPollMs: 20_000 } })
    const { alice, bob, hers, his } = await pair(url)
    const poll = (device: RawDevice, from: number, welcomesKnown = 0) =>
      device.call(operations.poll, { rooms: [{ room: hers.id, from }], welcomesKnown })
    expect(await poll(bob, 1)).toEqual({ hints: [{ room: hers.id, head: 1 }], welcomes: 0 })
    const waiting = poll(bob, 2)
    await say(hers, 'news')
    expect((await waiting).hints).toEqual([{ room: hers.id, head: 2 }])
    await catchUp(his)

    const forWelcome = poll(bob, 3)
    const other = await createRoom(alice)
    await invite(other, bob.account)
    const { welcomes, hints } = await forWelcome
    expect(welcomes).toBe(1)
    expect(hints).toEqual([])
    await catchUp(hers)
  })

  it('ends without news after its time, and when the server closes', async () => {
    const server = await testServer({ limits: { longPollMs: 50 } })
    const alice = await register(server.url, 'alice')
    expect(await alice.call(operations.poll, { rooms: [], welcomesKnown: 0 })).toEqual({
      hints: [],
      welcomes: 0,
    })
    const patient = await testServer({ limits: { longPollMs: 60_000, socketsPerAccountMax: 1 } })
    const bob = await register(patient.url, 'bob')
    const polls = [1, 2].map(() => refusal(bob.call(operations.poll, { rooms: [], welcomesKnown: 0 })))
    // Of two one waits, and the other is told so.
    expect((await Promise.race(polls)).code).toBe('rate')
    await patient.close()
    expect((await Promise.all(polls)).map(({ code }) => code).toSorted()).toEqual(['accepted', 'rate'])
  })

  it('is one of so many', async () => {
    const { url } = await testServer({ limits: { socketsPerAccountMax: 2, longPollMs: 500 } })
    const alice = await register(url, 'alice')
    const codes = await Promise.all(
      [1, 2, 3].map(() => refusal(alice.call(operations.poll, { rooms: [], welcomesKnown: 0 }))),
    )
    expect(codes.map(({ code }) => code).toSorted()).toEqual(['accepted', 'accepted', 'rate'])
  })
})

describe('a server that closes', () => {
  it('tells its sockets to come back, and finishes what it has begun', async () => {
    const server = await testServer()
    const alice = await register(server.url, 'alice')
    const room = await createRoom(alice)
    const socket = await connect(alice)
    const messages = []
    for (let i = 0; i < 30; i++) messages.push(await write(room, `message ${i}`))
    const outcomes = Promise.allSettled(messages.map(({ message }) => socket.submit(room.id, message)))
    await server.restart()
    expect((await socket.next('closing')).reason).toBe('restart')
    expect(await socket.closed).toBe(1012)
    const acknowledged = (await outcomes).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    alice.url = server.url
    const page = await alice.call(operations.readLog, { room: room.id, from: 0 })
    expect(page.head.seq).toBeGreaterThanOrEqual(acknowledged.length)
    const again = await connect(alice)
    const [ready] = again.frames
    expect(ready?.kind === 'ready' && ready.heads[0]?.seq).toBe(page.head.seq)
  })
})
