import { randomBytes } from 'node:crypto'
import { CompactEncrypt } from 'jose'
import { expect, test } from 'vitest'
import { detached, receivingPair, sealed, signingPair } from './lane/keys.ts'
import { type Payload, type Program, program } from './lane/program.ts'
import { registered, rest } from './lane/rest.ts'
import { laneServer } from './lane/server.ts'

const pair = receivingPair('P-256')
const signer = signingPair('ES256')
const envelope = await sealed('hello', pair.publicKey)

const message = async (chat_id: unknown): Promise<Payload> => ({
  chat_id,
  encrypted_message: await new CompactEncrypt(Buffer.from('in the chat'))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(randomBytes(32)),
  signature: await detached('', signer.privateKey, 'ES256'),
  signature_type: 'ECDSA',
  timestamp: new Date().toISOString(),
})

const fast = { messagesPerSecond: 1000, messageBurst: 1000 }

/** A server with small mailboxes; Carol is away, and Mallory has written to her as much as he may. */
const withFullMailbox = async (lettersMax: number) => {
  const { url } = await laneServer({ limits: { ...fast, openMailboxLettersMax: lettersMax } })
  const tokens = new Map<string, string>()
  for (const name of ['alice', 'bob', 'carol', 'mallory'])
    tokens.set(name, await registered(url, name, pair.pem))
  const enter = (name: string): Promise<Program> => program(url, tokens.get(name) ?? '')
  const [alice, bob, mallory] = [await enter('alice'), await enter('bob'), await enter('mallory')]
  const write = (from: Program, recipient: string): Promise<string> =>
    from.refusal('message', { recipient, encrypted_payload: envelope })
  let written = 0
  while ((await write(mallory, 'carol')) === 'accepted') written++
  return { enter, alice, bob, mallory, write, written }
}

test('one sender never fills the mailbox of somebody who is away: the others reach him', async () => {
  const { enter, alice, mallory, write, written } = await withFullMailbox(80)
  expect(written).toBe(10)
  expect(await write(mallory, 'carol')).toBe('MAILBOX_FULL')
  expect(await write(mallory, 'bob')).toBe('accepted')
  expect(await write(alice, 'carol')).toBe('accepted')
  // What has arrived is given back.
  const carol = await enter('carol')
  await expect.poll(() => carol.heard('message').length, { timeout: 20_000 }).toBe(11)
  await expect.poll(() => write(mallory, 'carol'), { timeout: 20_000 }).toBe('accepted')
})

test('strangers never fill the half that is for those to whom somebody has written', async () => {
  const { enter, alice, bob, mallory, write } = await withFullMailbox(4)
  expect(await write(bob, 'carol')).toBe('accepted')
  for (const stranger of [alice, bob, mallory]) expect(await write(stranger, 'carol')).toBe('MAILBOX_FULL')
  const carol = await enter('carol')
  await expect.poll(() => carol.heard('message').length, { timeout: 20_000 }).toBe(2)
  expect(await write(carol, 'alice')).toBe('accepted')
  carol.close()
  await expect.poll(() => write(mallory, 'carol'), { timeout: 20_000 }).toBe('accepted')
  while ((await write(mallory, 'carol')) === 'accepted');
  while ((await write(bob, 'carol')) === 'accepted');
  expect(await write(alice, 'carol')).toBe('accepted')
})

/** A chat of Alice, Bob and Carol, whose mailbox has no room left for Alice. */
const chatWithFull = async () => {
  const met = await withFullMailbox(16)
  const { alice, bob, write } = met
  const keys = { bob: envelope, carol: envelope }
  const asked = { participants: ['bob', 'carol'], keys, queue: true }
  const made = await alice.ask('initiate_chat', asked)
  expect(made).toMatchObject({ ok: true, participants: ['alice', 'bob', 'carol'], full: [] })
  await bob.next('chat_invitation')
  while ((await write(alice, 'carol')) === 'accepted');
  return { ...met, asked, chat_id: made['chat_id'] }
}

test('a chat goes on for the others when one of them has no room, and who sends is told', async () => {
  const { alice, bob, chat_id } = await chatWithFull()
  const ack = await alice.ask('send_message', await message(chat_id))
  expect(ack).toMatchObject({ ok: true, delivered: ['alice', 'bob'], full: ['carol'] })
  expect(await bob.next('new_message')).toMatchObject({ chat_id, sender: 'alice' })
})

test('who has no room for an invitation is not in the chat; where nobody has there is none', async () => {
  const { alice, bob, asked } = await chatWithFull()
  const made = await alice.ask('initiate_chat', asked)
  expect(made).toMatchObject({ ok: true, participants: ['alice', 'bob'], full: ['carol'] })
  expect(await bob.next('chat_invitation')).toMatchObject({ participants: ['alice', 'bob'] })
  const alone = { participants: ['carol'], keys: { carol: envelope }, queue: true }
  expect(await alice.refusal('initiate_chat', alone)).toBe('MAILBOX_FULL')
})

test('a rekey that nobody has room for leaves the chat shut; one that some have room for opens it', async () => {
  const { enter, alice, bob, chat_id } = await chatWithFull()
  await bob.ask('leave_chat', { chat_id })
  await alice.next('rekey_required')
  const rekey = { chat_id, keys: { carol: envelope } }
  expect(await alice.refusal('rekey', rekey)).toBe('MAILBOX_FULL')
  // Not reopened under the key that Bob has.
  expect(await alice.refusal('send_message', await message(chat_id))).toBe('REKEY_REQUIRED')
  const carol = await enter('carol')
  await carol.next('chat_invitation')
  const answer = () => alice.ask('rekey', rekey)
  await expect.poll(answer, { timeout: 20_000 }).toMatchObject({ ok: true, generation: 1, full: [] })
  expect(await carol.next('rekeyed')).toMatchObject({ generation: 1 })
  expect(await alice.refusal('send_message', await message(chat_id))).toBe('accepted')
})

const numbers = (length: number): string =>
  JSON.stringify(Array.from({ length }, () => Math.floor(Math.random() * 256)))
const sentTo = (room_id: unknown, length = 2000): Payload => ({
  room_id,
  encrypted_content: numbers(length),
  iv: numbers(12),
})

/** Sends until it is refused; how, and with what. */
const untilRefused = async (from: Program, next: () => Payload, event = 'send_message'): Promise<Payload> => {
  for (let i = 0; i < 200; i++) {
    const answer = await from.ask(event, next())
    if (answer['ok'] === false) return answer
  }
  throw new Error('nothing was refused')
}

test('an account has a budget for rooms, chats and letters together, and leaves all the same', async () => {
  const { url } = await laneServer({ limits: { ...fast, storedBytesPerAccountPerDay: 60_000 } })
  const aliceToken = await registered(url, 'alice', pair.pem)
  const alice = await program(url, aliceToken)
  const bob = await program(url, await registered(url, 'bob', pair.pem))
  const { room_id } = await alice.ask('join_room', { room: 'One' })
  await bob.ask('join_room', { room_id })
  const refused = await untilRefused(alice, () => sentTo(room_id))
  expect(refused).toMatchObject({ code: 'QUOTA', scope: 'account', retry_after_ms: expect.any(Number) })
  const letter = { recipient: 'bob', encrypted_payload: envelope }
  expect(await alice.ask('message', letter)).toMatchObject({ code: 'QUOTA', scope: 'account' })
  const asked = { participants: ['bob'], keys: { bob: envelope } }
  expect(await alice.ask('initiate_chat', asked)).toMatchObject({ code: 'QUOTA' })
  expect(await alice.ask('join_room', { room: 'Another' })).toMatchObject({ code: 'QUOTA' })
  const made = await rest(url, 'POST /api/rooms', { token: aliceToken, body: { name: 'Third' } })
  expect([made.status, made.body['code'], made.body['scope']]).toEqual([507, 'QUOTA', 'account'])

  expect(await bob.ask('send_message', sentTo(room_id))).toMatchObject({ ok: true })
  expect(await alice.ask('room_history', { room_id, limit: 1 })).toMatchObject({ ok: true })
  expect(await alice.ask('leave_room', { room_id })).toMatchObject({ ok: true })
  expect((await rest(url, 'POST /logout', { token: aliceToken, body: {} })).status).toBe(200)
})

test('a room has a budget, whoever sends', async () => {
  const { url } = await laneServer({ limits: { ...fast, storedBytesPerRoomPerDay: 60_000 } })
  const alice = await program(url, await registered(url, 'alice'))
  const bob = await program(url, await registered(url, 'bob'))
  const { room_id } = await alice.ask('join_room', { room: 'One' })
  await bob.ask('join_room', { room_id })
  expect(await untilRefused(alice, () => sentTo(room_id))).toMatchObject({ code: 'QUOTA', scope: 'room' })
  expect(await bob.ask('send_message', sentTo(room_id))).toMatchObject({ code: 'QUOTA', scope: 'room' })
  const other = await bob.ask('join_room', { room: 'Two' })
  expect(await bob.ask('send_message', sentTo(other['room_id']))).toMatchObject({ ok: true })
})

test('a server that is nearly full takes nothing more, gives what waits, and lets go', async () => {
  const { url } = await laneServer({ limits: fast, databaseBytesMax: 1024 * 1024 })
  const tokens = {
    alice: await registered(url, 'alice', pair.pem),
    bob: await registered(url, 'bob', pair.pem),
  }
  const alice = await program(url, tokens.alice)
  const { room_id } = await alice.ask('join_room', { room: 'One' })
  const letter = { recipient: 'bob', encrypted_payload: await sealed('x'.repeat(50_000), pair.publicKey) }
  expect(await untilRefused(alice, () => letter, 'message')).toMatchObject({ code: 'QUOTA', scope: 'server' })
  expect(await alice.ask('send_message', sentTo(room_id))).toMatchObject({ code: 'QUOTA', scope: 'server' })
  const carol = { username: 'carol', password: 'a long enough passphrase' }
  const refused = await rest(url, 'POST /register', { body: carol })
  expect([refused.status, refused.body['code'], refused.body['scope']]).toEqual([507, 'QUOTA', 'server'])
  expect(refused.headers.get('retry-after')).not.toBeNull()

  // Letters that arrive give their space back; who leaves leaves.
  expect(await alice.ask('leave_room', { room_id })).toMatchObject({ ok: true })
  const bob = await program(url, tokens.bob)
  await bob.next('message')
  await expect
    .poll(async () => (await rest(url, 'POST /register', { body: carol })).status, { timeout: 20_000 })
    .toBe(201)
  expect((await rest(url, 'POST /logout', { token: tokens.alice, body: {} })).status).toBe(200)
})
