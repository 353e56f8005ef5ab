import { randomBytes } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { roomContent } from '../../packages/conformance/src/roomContent.ts'
import { account } from './lane/account.ts'
import { receivingPair, sealed } from './lane/keys.ts'
import { program } from './lane/program.ts'
import { registered } from './lane/rest.ts'
import { laneServer } from './lane/server.ts'

const talkative = { messagesPerSecond: 10_000, messageBurst: 10_000 }
const key = randomBytes(32)

const open: WebSocket[] = []
afterAll(() => open.forEach((socket) => socket.terminate()))

/** A socket without a library: it reads, or does not, as the test says, and answers no ping by itself. */
const bareSocket = async (url: string, token: string) => {
  const webSocket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
  open.push(webSocket)
  webSocket.on('error', () => undefined)
  const packets: string[] = []
  webSocket.on('message', (data: Buffer) => packets.push(data.toString()))
  const closed = new Promise<void>((resolve) => webSocket.once('close', () => resolve()))
  await new Promise((resolve) => webSocket.once('open', resolve))
  webSocket.send(`40${JSON.stringify({ token })}`)
  const heard = (event: string): readonly Record<string, unknown>[] =>
    packets.flatMap((packet) =>
      packet.startsWith(`42["${event}"`) ? [(JSON.parse(packet.slice(2)) as [string, never])[1]] : [],
    )
  await expect.poll(() => heard('connected').length).toBe(1)
  return {
    webSocket,
    packets,
    heard,
    closed,
    emit: (...event: unknown[]) => webSocket.send(`42${JSON.stringify(event)}`),
  }
}

test('who does not read is told where something happened, and reads the history there', async () => {
  const { url } = await laneServer({ limits: talkative })
  const alice = await program(url, await registered(url, 'alice'))
  const bob = await bareSocket(url, await registered(url, 'bob'))
  const { room_id } = await alice.ask('join_room', { room: 'Slow' })
  bob.emit('join_room', { room_id })
  await expect.poll(() => bob.heard('room_history').length).toBe(1)
  bob.webSocket.pause()
  const count = 150
  let last: unknown
  for (let at = 0; at < count; at++)
    last = (await alice.ask('send_message', roomContent(room_id, 'x'.repeat(20_000), key)))['id']
  bob.webSocket.resume()
  await expect.poll(() => bob.heard('behind').length, { timeout: 20_000 }).toBe(1)
  expect(bob.heard('behind')[0]).toEqual({ rooms: [room_id], chats: [] })
  expect(bob.heard('new_message').length).toBeLessThan(count)
  bob.emit('room_history', { room_id })
  await expect.poll(() => bob.heard('room_history').length).toBe(2)
  const messages = bob.heard('room_history')[1]?.['messages'] as readonly { id: number }[]
  expect(messages.at(-1)?.id).toBe(last)
})

test('the SDK reads what was left out, and tells all of it in order', async () => {
  // Nothing may wait: of two that come together the second is left out.
  const { url } = await laneServer({ limits: { ...talkative, socketBacklogBytesMax: 0 } })
  const alice = await account(url, 'alice')
  const bob = await account(url, 'bob')
  const hers = await alice.open()
  const room = await hers.joinRoom('Burst')
  await (await bob.open()).joinRoom(room)
  const texts = Array.from({ length: 40 }, (_, at) => `${at}`)
  await Promise.all(texts.map((text) => hers.sendToRoom(room, text)))
  expect(await bob.texts(texts.length)).toEqual(texts)
})

test('a pong that nobody asked for is no sign of life: it ends the connection', async () => {
  const { url } = await laneServer()
  const eve = await bareSocket(url, await registered(url, 'eve'))
  eve.webSocket.send('3')
  await eve.closed
})

test('letters are kept for who sends pongs and reads nothing', async () => {
  const { url } = await laneServer({ limits: talkative })
  const alice = await program(url, await registered(url, 'alice'))
  const pair = receivingPair('P-256')
  const token = await registered(url, 'bob')
  const bob = await bareSocket(url, token)
  bob.webSocket.pause()
  const letter = await sealed('x'.repeat(60_000), pair.publicKey)
  for (let at = 0; at < 120; at++) {
    await alice.ask('message', { recipient: 'bob', encrypted_payload: letter })
    // One for every letter, as if each had been read.
    bob.webSocket.send('3')
  }
  const again = await program(url, token)
  // What had left this process for a socket that lied may be lost to it; what had not is there.
  await expect.poll(() => again.heard('message').length, { timeout: 20_000 }).toBeGreaterThan(20)
})
