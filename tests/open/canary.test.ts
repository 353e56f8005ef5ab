import { randomBytes } from 'node:crypto'
import { exportJWK } from 'jose'
import { expect, test } from 'vitest'
import { account } from './lane/account.ts'
import { receivingPair, sealed } from './lane/keys.ts'
import { program } from './lane/program.ts'
import { goodPassword, registered, rest, type RestAnswer } from './lane/rest.ts'
import { roomContent } from '../../packages/conformance/src/roomContent.ts'
import { laneServer } from './lane/server.ts'

/** Every form in which something could have been written down without thinking. */
const formsOf = (secret: Uint8Array): readonly Buffer[] => {
  const bytes = Buffer.from(secret)
  const texts = ['base64', 'base64url', 'hex'].map((form) => bytes.toString(form as 'hex'))
  return [bytes, Buffer.from(bytes.toString(), 'utf16le'), ...texts.map((text) => Buffer.from(text))]
}

test('no private key, room key, password, token or plaintext is in any answer, log or row', async () => {
  const server = await laneServer({ limits: { messagesPerSecond: 1000, messageBurst: 1000 } })
  const answers: string[] = []
  const call = async (...args: Parameters<typeof rest>): Promise<RestAnswer> => {
    const answer = await rest(...args)
    answers.push(answer.text, JSON.stringify([...answer.headers]))
    return answer
  }
  const pair = receivingPair('RSA-3072')
  const roomKey = randomBytes(32)
  const plaintext = 'the canary sings at midnight 7f3a'
  const refused = 'a canary that was refused 4d5e'
  const wrongPassword = 'canary passphrase 91bc that is wrong'
  const privateJwk = await exportJWK(pair.privateKey)
  const privatePem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string

  const aliceToken = await registered(server.url, 'alicecanary', pair.pem)
  const bobToken = await registered(server.url, 'bobcanary', pair.pem)
  const alice = await program(server.url, aliceToken)
  const bob = await program(server.url, bobToken)

  const encrypted_payload = await sealed(plaintext, pair.publicKey)
  await alice.ask('message', { recipient: 'bobcanary', encrypted_payload })
  await bob.next('message')
  const { room_id } = await alice.ask('join_room', { room: 'Canary' })
  await bob.ask('join_room', { room_id })
  await alice.ask('send_message', roomContent(room_id, plaintext, roomKey))
  await bob.next('new_message')
  const keys = { bobcanary: await sealed(roomKey.toString('hex'), pair.publicKey) }
  await alice.ask('initiate_chat', { participants: ['bobcanary'], keys })
  await bob.next('chat_invitation')

  // What should never have been sent is not kept, quoted or logged either.
  await alice.ask('send_message', { room_id, message: refused })
  await alice.ask('message', { recipient: 'bobcanary', encrypted_payload: refused })
  await alice.ask(refused, { [refused]: refused })
  await alice.ask('message', { sender: refused, recipient: refused, encrypted_payload: refused })
  for (const public_key of [privateJwk, privatePem, JSON.stringify(privateJwk)]) {
    const body = { username: 'keycanary', password: goodPassword, public_key }
    expect((await call(server.url, 'POST /register', { body })).body['code']).toBe('KEY_INVALID')
  }
  const wrong = { username: 'alicecanary', password: wrongPassword }
  await call(server.url, 'POST /login', { body: wrong })
  await call(server.url, 'POST /login', { body: { username: refused, password: wrongPassword } })
  for (const path of [
    '/api/me',
    '/users',
    '/api/users/online',
    '/api/users/public-key/bobcanary',
    '/api/rooms',
  ])
    await call(server.url, `GET ${path}` as 'GET /', { token: aliceToken })
  await call(server.url, `GET /api/me?token=${aliceToken}`)
  await server.close()

  for (const socket of [alice, bob])
    for (const event of ['message', 'new_message', 'error', 'chat_error', 'chat_invitation', 'room_history'])
      answers.push(JSON.stringify(socket.heard(event)))
  const log = server.log.join('\n')
  expect(log.length).toBeGreaterThan(200)
  const everywhere = [
    ...server.stored(),
    ['the log', Buffer.from(log)] as const,
    ['the answers', Buffer.from(answers.join('\n'))] as const,
  ]
  expect(everywhere.length).toBeGreaterThan(6)
  const bytes = (text: string): Buffer => Buffer.from(text)
  const secrets = {
    plaintext: bytes(plaintext),
    refused: bytes(refused),
    password: bytes(goodPassword),
    wrongPassword: bytes(wrongPassword),
    aliceToken: bytes(aliceToken),
    bobToken: bytes(bobToken),
    roomKey,
    exponent: Buffer.from(privateJwk.d ?? '', 'base64url'),
    prime: Buffer.from(privateJwk.p ?? '', 'base64url'),
    privatePem: bytes(privatePem.split('\n')[3] ?? ''),
  }
  for (const [name, secret] of Object.entries(secrets))
    for (const form of formsOf(secret))
      for (const [where, content] of everywhere)
        expect(content.includes(form), `${name} in ${where}`).toBe(false)
  for (const name of ['alicecanary', 'bobcanary', '127.0.0.1'])
    expect(log.includes(name), `${name} in the log`).toBe(false)
  const asText = answers.join('\n')
  for (const field of ['private_key', 'server_public_key', '"d":', ' at ', 'node:internal'])
    expect(asText.includes(field), field).toBe(false)
})

test('with the SDK: no private key, room key, chat key or plaintext leaves the programs', async () => {
  const server = await laneServer({ limits: { messagesPerSecond: 1000, messageBurst: 1000 } })
  const plaintext = 'another canary sings at noon 3c9e'
  const people = [
    await account(server.url, 'ada', { signer: 'EdDSA' }),
    await account(server.url, 'ben', { kind: 'RSA-3072' }),
    await account(server.url, 'cyd'),
  ] as const
  const [ada, ben, cyd] = people
  const [hers, his, cyds] = [await ada.open(), await ben.open(), await cyd.open()]
  await hers.send('ben', plaintext)
  await his.send('ada', plaintext)
  const room = await hers.joinRoom('Canaries')
  for (const lane of [his, cyds]) await lane.joinRoom(room)
  for (const lane of [hers, his, cyds]) await lane.sendToRoom(room, plaintext)
  await cyds.leaveRoom(room)
  await hers.sendToRoom(room, plaintext)
  const { chat } = await hers.startChat(['ben', 'cyd'])
  await hers.sendToChat(chat, plaintext)
  await cyd.texts(1)
  await cyds.leaveChat(chat)
  await his.sendToChat(chat, plaintext)
  await ada.texts(4)
  for (const lane of [hers, his, cyds]) await lane.close()
  await server.close()

  const secrets = new Map<string, Buffer>([['plaintext', Buffer.from(plaintext)]])
  for (const { name, identity, store } of people) {
    for (const key of [identity.receiving, identity.signing])
      if (key?.['d']) secrets.set(`private key of ${name}, ${key['kty']}`, Buffer.from(key['d'], 'base64url'))
    for (const [place, row] of store.rows('place/', 10)) {
      const { keys } = JSON.parse(row) as { readonly keys: readonly { readonly key: string }[] }
      for (const [at, { key }] of keys.entries())
        secrets.set(`key ${at} of ${name} in ${place}`, Buffer.from(key, 'base64url'))
    }
  }
  expect(secrets.size).toBeGreaterThan(9)
  const everywhere = [...server.stored(), ['the log', Buffer.from(server.log.join('\n'))] as const]
  for (const [name, secret] of secrets)
    for (const form of formsOf(secret))
      for (const [where, content] of everywhere)
        expect(content.includes(form), `${name} in ${where}`).toBe(false)
})
