import { createCipheriv, randomBytes } from 'node:crypto'
import { CompactEncrypt, GeneralEncrypt } from 'jose'
import { expect, test } from 'vitest'
import { detached, opened, receivingPair, sealed, signingPair } from './lane/keys.ts'
import { type Payload, program } from './lane/program.ts'
import { registered, rest } from './lane/rest.ts'
import { laneServer } from './lane/server.ts'

const server = await laneServer({ limits: { messagesPerSecond: 1000, messageBurst: 1000 } })
const pairs = { bob: receivingPair('RSA-3072'), carol: receivingPair('P-256') }
const signer = signingPair('ES256')
const carolToken = await registered(server.url, 'carol', pairs.carol.pem)
const alice = await program(server.url, await registered(server.url, 'alice'))
const bob = await program(server.url, await registered(server.url, 'bob', pairs.bob.pem))
const eve = await program(server.url, await registered(server.url, 'eve'))
const sessionKey = randomBytes(32)

const bytesOf = (pair: (typeof pairs)['bob']) => sealed(sessionKey.toString('hex'), pair.publicKey)

const message = async (chat_id: unknown, changes: Payload = {}): Promise<Payload> => ({
  chat_id,
  encrypted_message: await new CompactEncrypt(Buffer.from('in the chat'))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(sessionKey),
  signature: await detached('', signer.privateKey, 'ES256'),
  signature_type: 'ECDSA',
  timestamp: new Date().toISOString(),
  ...changes,
})

test('without keys of the client’s own there is no chat', async () => {
  for (const keys of [undefined, {}, { carol: 'x' }]) {
    const asked = { initiator: 'alice', participants: ['bob'], ...(keys ? { keys } : {}) }
    expect(await alice.refusal('initiate_chat', asked)).toBe('CLIENT_KEY_REQUIRED')
    expect((await alice.next('chat_error'))['code']).toBe('CLIENT_KEY_REQUIRED')
  }
  const mismatch = { initiator: 'bob', participants: ['bob'], keys: { bob: await bytesOf(pairs.bob) } }
  expect(await alice.refusal('initiate_chat', mismatch)).toBe('IDENTITY_MISMATCH')
})

test('each gets his own entry; who is away is listed, or told later', async () => {
  const keys = { bob: await bytesOf(pairs.bob), carol: await bytesOf(pairs.carol) }
  const asked = { initiator: 'alice', participants: ['bob', 'carol'], keys }
  const listed = await alice.ask('initiate_chat', asked)
  expect(listed).toMatchObject({ ok: true, offline: ['carol'], participants: ['alice', 'bob'] })
  expect(await bob.next('chat_invitation')).toEqual({
    chat_id: listed['chat_id'],
    initiator: 'alice',
    participants: ['alice', 'bob'],
    encrypted_key: keys.bob,
  })
  const queued = await alice.ask('initiate_chat', { ...asked, queue: true })
  const carol = await program(server.url, carolToken)
  const invitation = await carol.next('chat_invitation')
  expect(invitation).toMatchObject({ chat_id: queued['chat_id'], encrypted_key: keys.carol })
  expect(JSON.stringify(invitation)).not.toContain(keys.bob)
  expect(await opened(String(invitation['encrypted_key']), pairs.carol.privateKey)).toBe(
    sessionKey.toString('hex'),
  )
  carol.close()
  await bob.next('chat_invitation')
})

test('who hides his presence looks away, and is told all the same when it is queued', async () => {
  const hidden = receivingPair('P-256')
  const token = await registered(server.url, 'hidden', hidden.pem)
  await rest(server.url, 'PUT /api/me/presence', { token, body: { presence: 'hidden' } })
  const there = await program(server.url, token)
  const asked = { participants: ['hidden'], keys: { hidden: await sealed('key', hidden.publicKey) } }
  expect(await alice.ask('initiate_chat', asked)).toMatchObject({ ok: true, offline: ['hidden'] })
  const queued = await alice.ask('initiate_chat', { ...asked, queue: true })
  expect(queued).toMatchObject({ ok: true, offline: ['hidden'] })
  const { chat_id } = await there.next('chat_invitation')
  expect(chat_id).toBe(queued['chat_id'])
  // That he has joined is presence; that he has left says who can read on, and is told.
  await there.ask('join_chat', { chat_id })
  await there.ask('leave_chat', { chat_id })
  expect(await alice.next('user_left')).toEqual({ username: 'hidden', chat_id })
  expect(alice.heard('user_joined')).toEqual([])
})

test('one general JWE for all is taken apart: everybody gets a whole JWE that only he can open', async () => {
  const jwe = await new GeneralEncrypt(sessionKey)
    .setProtectedHeader({ enc: 'A256GCM' })
    .addRecipient(pairs.bob.publicKey)
    .setUnprotectedHeader({ alg: 'RSA-OAEP-256', kid: 'bob' })
    .addRecipient(pairs.carol.publicKey)
    .setUnprotectedHeader({ alg: 'ECDH-ES+A256KW', kid: 'carol' })
    .encrypt()
  const answer = await alice.ask('initiate_chat', { participants: ['bob', 'carol'], keys: jwe, queue: true })
  expect(answer).toMatchObject({ ok: true })
  const { encrypted_key: entry } = await bob.next('chat_invitation')
  const { flattenedDecrypt } = await import('jose')
  const { plaintext } = await flattenedDecrypt(entry as never, pairs.bob.privateKey)
  expect(Buffer.from(plaintext)).toEqual(sessionKey)
  expect(JSON.stringify(entry)).not.toContain(jwe.recipients[1]?.encrypted_key)
})

test('messages reach the participants and nobody else, from participants and nobody else', async () => {
  const keys = { bob: await bytesOf(pairs.bob) }
  const { chat_id } = await alice.ask('initiate_chat', { participants: ['bob'], keys })
  await bob.next('chat_invitation')
  await bob.ask('join_chat', { chat_id, username: 'bob' })
  expect(await bob.next('joined_chat')).toEqual({ chat_id, participants: ['alice', 'bob'] })
  expect(await alice.next('user_joined')).toEqual({ username: 'bob', chat_id })
  for (const outsider of [
    await eve.refusal('join_chat', { chat_id }),
    await eve.refusal('leave_chat', { chat_id }),
    await eve.refusal('send_message', await message(chat_id)),
    await eve.refusal('rekey', { chat_id, keys }),
    await eve.refusal('join_chat', { chat_id: '0'.repeat(32) }),
  ])
    expect(outsider).toBe('CHAT_NOT_FOUND')
  expect(await bob.refusal('leave_chat', { chat_id, username: 'alice' })).toBe('IDENTITY_MISMATCH')

  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', sessionKey, iv)
  const data = Buffer.concat([cipher.update('x'), cipher.final(), cipher.getAuthTag()])
  const forms = [
    {},
    { encrypted_message: { encrypted_data: data.toString('base64'), iv: iv.toString('base64') } },
    { encrypted_message: Buffer.concat([iv, data]).toString('base64') },
    { signature: randomBytes(64).toString('base64'), signature_type: 'EdDSA' },
    {
      signature: randomBytes(384).toString('base64'),
      signature_type: 'RSA',
      timestamp: new Date().toISOString(),
    },
  ]
  for (const form of forms) {
    const sent = await message(chat_id, form)
    expect(await alice.ask('send_message', sent)).toMatchObject({ ok: true })
    for (const participant of [alice, bob])
      expect(await participant.next('new_message')).toEqual({ ...sent, sender: 'alice' })
  }
  for (const field of ['encrypted_message', 'signature', 'signature_type', 'timestamp']) {
    const { [field]: _missing, ...others } = await message(chat_id)
    expect(await alice.refusal('send_message', others)).toBe('PAYLOAD_INVALID')
  }
  for (const timestamp of ['now', 1_790_000_000_000, '1970-01-01T00:00:00Z', '9999-01-01T00:00:00Z'])
    expect(await alice.refusal('send_message', await message(chat_id, { timestamp }))).toBe('PAYLOAD_INVALID')
  const payload = Buffer.from('of another message').toString('base64url')
  const signature = String((await message(chat_id))['signature']).replace('..', `.${payload}.`)
  expect(await alice.refusal('send_message', await message(chat_id, { signature }))).toBe('PAYLOAD_INVALID')
  const dsa = await message(chat_id, { signature_type: 'DSA' })
  expect(await alice.refusal('send_message', dsa)).toBe('ALG_WITHDRAWN')
  const text = { chat_id, message: 'in the clear' }
  expect(await alice.refusal('send_message', text)).toBe('PLAINTEXT_REFUSED')
  const bare = await message(chat_id, { encrypted_message: Buffer.from('short').toString('base64') })
  expect(await alice.refusal('send_message', bare)).toBe('UNAUTHENTICATED_ENCRYPTION')
})

test('when somebody leaves, nothing is sent before there is a new key, and he does not get it', async () => {
  const carol = await program(server.url, carolToken)
  const keys = { bob: await bytesOf(pairs.bob), carol: await bytesOf(pairs.carol) }
  const { chat_id } = await alice.ask('initiate_chat', { participants: ['bob', 'carol'], keys })
  await carol.ask('leave_chat', { chat_id })
  expect(await carol.next('left_chat')).toEqual({ chat_id })
  expect(await bob.next('rekey_required')).toEqual({ chat_id, generation: 0 })
  expect(await bob.refusal('send_message', await message(chat_id))).toBe('REKEY_REQUIRED')
  expect(await carol.refusal('send_message', await message(chat_id))).toBe('CHAT_NOT_FOUND')
  const fresh = await sealed('another key', pairs.bob.publicKey)
  const rekeyed = await alice.ask('rekey', { chat_id, keys: { bob: fresh } })
  expect(rekeyed).toMatchObject({ ok: true, generation: 1 })
  expect(await bob.next('rekeyed')).toEqual({ chat_id, sender: 'alice', generation: 1, encrypted_key: fresh })
  expect(await bob.refusal('send_message', await message(chat_id))).toBe('accepted')
  expect(carol.heard('rekeyed')).toEqual([])
})
