import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Payload, program } from './lane/program.ts'
import { registered, rest } from './lane/rest.ts'
import { roomContent, roomText } from '../../packages/conformance/src/roomContent.ts'
import { laneServer } from './lane/server.ts'
import { receivingPair, sealed } from './lane/keys.ts'

const server = await laneServer({ limits: { messagesPerSecond: 1000, messageBurst: 1000 } })
const tokens = {
  alice: await registered(server.url, 'alice'),
  bob: await registered(server.url, 'bob'),
  eve: await registered(server.url, 'eve'),
}
const [alice, bob, eve] = [
  await program(server.url, tokens.alice),
  await program(server.url, tokens.bob),
  await program(server.url, tokens.eve),
]
const key = randomBytes(32)

test('joining by name makes the room; joining by id finds it; both give its history', async () => {
  const { room_id } = await alice.ask('join_room', { room: 'General' })
  expect(await alice.next('joined_room')).toEqual({
    room_id,
    room_name: 'General',
    kind: 'classic',
    message: expect.any(String),
    key_request: { event: 'request_key', payload: { room_id } },
  })
  expect(await alice.next('room_history')).toEqual({ room_id, messages: [] })
  await bob.ask('join_room', { room_id: String(room_id) })
  expect(await bob.next('joined_room')).toMatchObject({ room_id })
  expect((await eve.ask('join_room', { room: 'general' }))['room_id']).toBe(room_id)
  await eve.ask('leave_room', { room_id })
})

test('what is sent reaches every member byte for byte, with a rising id', async () => {
  const { room_id } = await alice.ask('join_room', { room: 'Bytes' })
  await bob.ask('join_room', { room_id })
  const id = room_id as number
  const texts = ['exit', 'a: "b": \\c\n', ' \u0000 🙂 ', '', 'x'.repeat(16_384)]
  let last = 0
  for (const text of texts) {
    const sent = roomContent(id, text, key)
    const ack = await alice.ask('send_message', sent)
    expect(ack).toEqual({ ok: true, id: expect.any(Number), timestamp: expect.stringMatching(/Z$/) })
    expect(ack['id']).toBeGreaterThan(last)
    last = ack['id'] as number
    const wanted = { ...sent, id: last, username: 'alice', sender: 'alice', timestamp: ack['timestamp'] }
    for (const member of [alice, bob]) {
      const got = await member.next('new_message')
      expect(got).toEqual(wanted)
      expect(roomText(got, key)).toBe(text)
    }
  }
  const spaced = { ...roomContent(id, 'as Python writes it', key), message_hash: '' }
  spaced.iv = spaced.iv.replaceAll(',', ', ')
  spaced.encrypted_content = spaced.encrypted_content.replaceAll(',', ', ')
  await alice.ask('send_message', spaced)
  expect(await bob.next('new_message')).toMatchObject(spaced)
})

test('history: the newest fifty, oldest first, and more on request', async () => {
  const { room_id } = await alice.ask('join_room', { room: 'History' })
  const ids: unknown[] = []
  for (let i = 0; i < 60; i++) {
    const ack = await alice.ask('send_message', roomContent(room_id, `message ${i}`, key))
    ids.push(ack['id'])
  }
  const idsOf = (history: Payload) => (history['messages'] as { readonly id: number }[]).map(({ id }) => id)
  await bob.ask('join_room', { room_id })
  const newest = bob.heard('room_history').at(-1) as Payload
  expect(idsOf(newest)).toEqual(ids.slice(10))
  await bob.ask('room_history', { room_id, before: ids[10] })
  expect(idsOf(bob.heard('room_history').at(-1) as Payload)).toEqual(ids.slice(0, 10))
  await bob.ask('join_room', { room_id, before: ids[10], limit: 3 })
  const few = bob.heard('room_history').at(-1) as Payload
  expect(idsOf(few)).toEqual(ids.slice(7, 10))
  expect(roomText((few['messages'] as Payload[])[0] as Payload, key)).toBe('message 7')
  expect(await bob.refusal('room_history', { room_id, limit: 51 })).toBe('PAYLOAD_INVALID')
})

test('who has left hears nothing and says nothing', async () => {
  const { room_id } = await alice.ask('join_room', { room: 'Leaving' })
  await bob.ask('join_room', { room_id })
  await bob.ask('leave_room', { room_id })
  expect(await bob.next('left_room')).toMatchObject({ room_id })
  await expect.poll(() => alice.heard('rekey_required').at(-1)).toEqual({ room_id, generation: 1 })
  const before = bob.heard('new_message').length
  await alice.ask('send_message', roomContent(room_id, 'without him', key))
  expect(await bob.refusal('send_message', roomContent(room_id as number, 'not his', key))).toBe('NOT_MEMBER')
  expect(await bob.refusal('room_history', { room_id })).toBe('NOT_MEMBER')
  expect(bob.heard('new_message')).toHaveLength(before)
})

test('a forbidden room looks like none', async () => {
  const made = await rest(server.url, 'POST /api/rooms', {
    token: tokens.alice,
    body: { name: 'Private', is_private: true },
  })
  const { room_id } = made.body
  const forbidden = [
    await eve.ask('join_room', { room_id }),
    await eve.ask('send_message', roomContent(room_id, 'hello', key)),
    await eve.ask('leave_room', { room_id }),
  ]
  const unknown = await eve.ask('join_room', { room_id: 999_999 })
  for (const answer of forbidden) expect({ ...answer, timestamp: '' }).toEqual({ ...unknown, timestamp: '' })
  expect(unknown).toMatchObject({ ok: false, code: 'ROOM_NOT_FOUND' })
  const members = await rest(server.url, `GET /api/rooms/${String(room_id)}/members`, { token: tokens.eve })
  expect(members.body['code']).toBe('ROOM_NOT_FOUND')
  expect(await alice.ask('join_room', { room_id })).toMatchObject({ ok: true })
})

test('an iv is used once with a key; a new key begins anew', async () => {
  const { room_id } = await alice.ask('join_room', { room: 'Once' })
  const id = room_id as number
  await bob.ask('join_room', { room_id })
  const iv = randomBytes(12)
  const again = () => ({ ...roomContent(id, 'again', key, iv), username: 'alice' })
  expect(await alice.refusal('send_message', again())).toBe('accepted')
  expect(await alice.refusal('send_message', again())).toBe('IV_REUSED')
  expect(await bob.refusal('send_message', { ...again(), username: 'bob' })).toBe('IV_REUSED')
  expect(await alice.refusal('send_message', { ...again(), key_id: 'another' })).toBe('accepted')
  await bob.ask('leave_room', { room_id })
  expect(await alice.refusal('send_message', again())).toBe('accepted')
  const elsewhere = await alice.ask('join_room', { room: 'Elsewhere' })
  expect(await alice.refusal('send_message', roomContent(elsewhere['room_id'] as number, '', key, iv))).toBe(
    'accepted',
  )
})

test('the key of a room is given to each member alone, and waits for who is away', async () => {
  const pair = receivingPair('P-256')
  const away = await registered(server.url, 'away', pair.pem)
  const there = await program(server.url, away)
  const { room_id } = await alice.ask('join_room', { room: 'Keys' })
  await bob.ask('join_room', { room_id })
  await there.ask('join_room', { room_id })
  there.close()
  const keys = {
    bob: await sealed('key for bob', pair.publicKey),
    away: await sealed('key for away', pair.publicKey),
  }
  expect(await alice.refusal('rekey', { room_id, keys: { bob: keys.bob } })).toBe('CLIENT_KEY_REQUIRED')
  expect(await alice.ask('rekey', { room_id, keys })).toMatchObject({ ok: true })
  const wanted = { room_id, sender: 'alice', generation: 0 }
  expect(await bob.next('rekeyed')).toEqual({ ...wanted, encrypted_key: keys.bob })
  const back = await program(server.url, away)
  expect(await back.next('rekeyed')).toEqual({ ...wanted, encrypted_key: keys.away })
  const members = await rest(server.url, `GET /api/rooms/${String(room_id)}/members`, { token: tokens.alice })
  const names = (members.body as unknown as { readonly username: string }[]).map(({ username }) => username)
  expect(names).toEqual(['alice', 'away', 'bob'])
})

test('who has put up no key is given none, and holds nobody up', async () => {
  const pair = receivingPair('P-256')
  const keyed = await program(server.url, await registered(server.url, 'keyed', pair.pem))
  const keyless = await program(server.url, await registered(server.url, 'keyless'))
  const { room_id } = await keyed.ask('join_room', { room: 'Keyless' })
  for (const one of [keyless, alice]) await one.ask('join_room', { room_id })
  const keys = { keyed: await sealed('key', pair.publicKey) }
  expect(await alice.ask('rekey', { room_id, keys })).toMatchObject({ ok: true })
  expect(await keyed.next('rekeyed')).toMatchObject({ room_id, encrypted_key: keys.keyed })
  expect(keyless.heard('rekeyed')).toEqual([])
})

test('rooms and messages outlive the server', async () => {
  const { room_id } = await eve.ask('join_room', { room: 'Lasting' })
  const sent = roomContent(room_id, 'still here', key)
  await eve.ask('send_message', sent)
  await server.restart()
  const again = await program(server.url, tokens.eve)
  await again.ask('join_room', { room_id })
  const { messages } = await again.next('room_history')
  expect(messages).toEqual([expect.objectContaining(sent)])
  expect(await again.refusal('send_message', sent)).toBe('IV_REUSED')
})
