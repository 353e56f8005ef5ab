import { randomBytes } from 'node:crypto'
import { limits } from '@sotto/protocol'
import { afterAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { roomContent } from '../../packages/conformance/src/roomContent.ts'
import { type Payload, program } from './lane/program.ts'
import { registered, rest } from './lane/rest.ts'
import { laneServer } from './lane/server.ts'

const key = randomBytes(32)
const contentCharacters = roomContent(1, 'x'.repeat(5000), Buffer.alloc(32), Buffer.alloc(12))
  .encrypted_content.length

const { url } = await laneServer({
  limits: {
    messagesPerSecond: 1000,
    messageBurst: 1000,
    openRoomsPerAccountMax: 6,
    openMembersPerRoomMax: 2,
    openEventsInFlightMax: 4,
    openHistoryCharactersMax: Math.floor(2.5 * contentCharacters),
  },
})
const tokens = {
  alice: await registered(url, 'alice'),
  bob: await registered(url, 'bob'),
  carol: await registered(url, 'carol'),
}
const [alice, bob, carol] = [
  await program(url, tokens.alice),
  await program(url, tokens.bob),
  await program(url, tokens.carol),
]

const open: WebSocket[] = []
afterAll(() => open.forEach((socket) => socket.terminate()))

/** A socket that sends packets as they are. */
const bareSocket = async (token: string) => {
  const webSocket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
  open.push(webSocket)
  webSocket.on('error', () => undefined)
  const packets: string[] = []
  webSocket.on('message', (data: Buffer) => packets.push(data.toString()))
  const closed = new Promise<number>((resolve) => webSocket.once('close', resolve))
  await new Promise((resolve) => webSocket.once('open', resolve))
  webSocket.send(`40${JSON.stringify({ token })}`)
  await expect.poll(() => packets.some((packet) => packet.startsWith('42["connected"'))).toBe(true)
  const heard = (text: string): number => packets.filter((packet) => packet.includes(text)).length
  return { webSocket, heard, closed }
}

test('a room has so many members and no more', async () => {
  const { room_id } = await alice.ask('join_room', { room: 'Two' })
  expect(await bob.refusal('join_room', { room_id })).toBe('accepted')
  expect(await carol.refusal('join_room', { room_id })).toBe('ROOM_LIMIT')
})

test('an account makes so many rooms and no more', async () => {
  const make = async (name: string) =>
    (await rest(url, 'POST /api/rooms', { token: tokens.carol, body: { name } })).body['code'] ?? 'made'
  const made: unknown[] = []
  for (let at = 0; at < 7; at++) made.push(await make(`Room ${at}`))
  expect(made).toEqual([...Array.from({ length: 6 }, () => 'made'), 'ROOM_LIMIT'])
})

test('a room has a name of so many characters and no more', async () => {
  const code = async (length: number) =>
    (await rest(url, 'POST /api/rooms', { token: tokens.bob, body: { name: 'n'.repeat(length) } })).body[
      'code'
    ]
  expect(await code(limits.roomNameCharactersMax)).toBeUndefined()
  expect(await code(limits.roomNameCharactersMax + 1)).toBe('NAME_REQUIRED')
})

test('a chat is begun with so many and no more', async () => {
  const begin = (count: number) =>
    alice.refusal('initiate_chat', {
      participants: Array.from({ length: count }, (_, at) => `nobody${at}`),
      keys: {},
    })
  expect(await begin(limits.openParticipantsPerChatMax)).toBe('USER_NOT_FOUND')
  expect(await begin(limits.openParticipantsPerChatMax + 1)).toBe('PAYLOAD_INVALID')
})

test('a page of history has so many messages and characters, and no more', async () => {
  const { room_id } = await alice.ask('join_room', { room: 'History' })
  expect(await alice.refusal('room_history', { room_id, limit: limits.openHistoryMessagesMax })).toBe(
    'accepted',
  )
  expect(await alice.refusal('room_history', { room_id, limit: limits.openHistoryMessagesMax + 1 })).toBe(
    'PAYLOAD_INVALID',
  )
  const ids: unknown[] = []
  // Bytes of ciphertext are written as numbers; those of one length differ by a little.
  for (let at = 0; at < 4; at++)
    ids.push((await alice.ask('send_message', roomContent(room_id, 'x'.repeat(5000), key)))['id'])
  await alice.ask('room_history', { room_id })
  const { messages } = alice.heard('room_history').at(-1) as { readonly messages: readonly Payload[] }
  expect(messages.map(({ id }) => id)).toEqual(ids.slice(-2))
})

test('an envelope has so many characters and no more', async () => {
  const send = (length: number) =>
    alice.refusal('message', { recipient: 'bob', encrypted_payload: 'A'.repeat(length) })
  expect(await send(limits.openEnvelopeCharactersMax)).not.toBe('PAYLOAD_TOO_LARGE')
  expect(await send(limits.openEnvelopeCharactersMax + 1)).toBe('PAYLOAD_TOO_LARGE')
})

test('a body has so many bytes and no more', async () => {
  const body = (bytes: number): string => `{"username":"alice"}${' '.repeat(bytes - 20)}`
  const status = async (bytes: number) => (await rest(url, 'POST /login', { body: body(bytes) })).status
  expect(await status(limits.openBodyBytesMax)).toBe(400)
  expect(await status(limits.openBodyBytesMax + 1)).toBe(413)
})

test('a packet has so many bytes and no more', async () => {
  const { webSocket, heard, closed } = await bareSocket(tokens.bob)
  const packet = (bytes: number): string => `42["nothing","${'x'.repeat(bytes - 16)}"]`
  expect(packet(100).length).toBe(100)
  webSocket.send(packet(limits.openFrameBytesMax))
  await expect.poll(() => heard('EVENT_UNKNOWN')).toBe(1)
  webSocket.send(packet(limits.openFrameBytesMax + 1))
  expect(await closed).toBe(1009)
})

test('an account has so many sockets and no more: the oldest makes room', async () => {
  const token = await registered(url, 'dave')
  const oldest = await bareSocket(token)
  const others = []
  for (let count = 1; count < limits.socketsPerAccountMax; count++) others.push(await bareSocket(token))
  expect(oldest.webSocket.readyState).toBe(WebSocket.OPEN)
  others.push(await bareSocket(token))
  await oldest.closed
  expect(oldest.heard('RATE_LIMITED')).toBe(1)
  expect(others.map(({ webSocket }) => webSocket.readyState)).toEqual(others.map(() => WebSocket.OPEN))
})

test('so many events of a socket are in flight, and one more closes it', async () => {
  /** In one piece, so that none is dealt with before the last has come. */
  const sendAtOnce = async (count: number) => {
    const bare = await bareSocket(tokens.alice)
    const socket = (bare.webSocket as unknown as { readonly _socket: { cork(): void; uncork(): void } })
      ._socket
    socket.cork()
    for (let at = 0; at < count; at++) bare.webSocket.send('42["nothing",{}]')
    socket.uncork()
    return bare
  }
  const four = await sendAtOnce(4)
  await expect.poll(() => four.heard('EVENT_UNKNOWN')).toBe(4)
  expect(four.heard('RATE_LIMITED')).toBe(0)
  const five = await sendAtOnce(5)
  await five.closed
  expect(five.heard('RATE_LIMITED')).toBe(1)
})
