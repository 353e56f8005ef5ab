import { createPublicKey } from 'node:crypto'
import { paddedLength } from '@sotto/protocol'
import { expect, test } from 'vitest'
import { account } from './lane/account.ts'
import { opened, receivingPair, sealed, signed, signingPair, verified } from './lane/keys.ts'
import { program } from './lane/program.ts'
import { python, runPython } from './lane/python.ts'
import { registered, rest } from './lane/rest.ts'
import { laneServer } from './lane/server.ts'

const server = await laneServer({ limits: { messagesPerSecond: 1000, messageBurst: 1000 } })
const pair = receivingPair('P-256')
const rawToken = await registered(server.url, 'raw', pair.pem)
const raw = await program(server.url, rawToken)
const ada = await account(server.url, 'ada')
const hers = await ada.open()

/** Letters, marks and signs that JSON and UTF-8 write in one byte and in several. */
const texts = ['a', 'b'.repeat(2), 'c'.repeat(17), 'é🙂', '"\\\n', 'exit', 'x'.repeat(60)]

/** How long each text is once it has been sent: the same, where nothing of it shows. */
const lengthsOf = async (send: (text: string) => Promise<unknown>, lengthOf: () => Promise<number>) => {
  const lengths = new Set<number>()
  for (const text of texts) {
    await send(text)
    lengths.add(await lengthOf())
  }
  return lengths.size
}

test('LANE-1: what is sealed to one, in a room and in a chat has one length for all short texts', async () => {
  const letter = async () => String((await raw.next('message'))['encrypted_payload']).length
  expect(await lengthsOf((text) => hers.send('raw', text), letter)).toBe(1)

  const room = await hers.joinRoom('Padded')
  await raw.ask('join_room', { room_id: room })
  const content = async () => {
    const { encrypted_content: text } = await raw.next('new_message')
    return (JSON.parse(String(text)) as number[]).length
  }
  expect(await lengthsOf((text) => hers.sendToRoom(room, text), content)).toBe(1)

  const { chat } = await hers.startChat(['raw'])
  const message = async () => String((await raw.next('new_message'))['encrypted_message']).length
  expect(await lengthsOf((text) => hers.sendToChat(chat, text), message)).toBe(1)
})

test('the filling is a claim beside the others: who knows nothing of it reads on as before', async () => {
  await hers.send('raw', 'for an older reader')
  const { encrypted_payload } = await raw.next('message')
  const jws = await opened(String(encrypted_payload), pair.privateKey)
  const { body: key } = await rest(server.url, 'GET /api/users/public-key/ada', {
    token: await registered(server.url, 'asker'),
  })
  const claims = (await verified(jws, createPublicKey(String(key['public_key_pem'])))) as Record<
    string,
    unknown
  >
  expect(claims).toMatchObject({
    iss: 'ada',
    aud: 'raw',
    body: 'for an older reader',
    jti: expect.any(String),
  })
  const { length } = Buffer.from(jws.split('.')[1] ?? '', 'base64url')
  expect(length).toBe(paddedLength(length))
})

test('what is not padded arrives all the same', async () => {
  const signer = signingPair('ES256')
  const token = await registered(server.url, 'plain', signer.pem)
  const plain = await program(server.url, token)
  const { body } = await rest(server.url, 'GET /api/users/public-key/ada', { token })
  const to = createPublicKey(String(body['public_key_pem']))
  const claims = {
    iss: 'plain',
    aud: 'ada',
    iat: Math.floor(Date.now() / 1000),
    jti: 'one',
    body: 'unpadded',
  }
  const encrypted_payload = await sealed(await signed(claims, signer.privateKey, 'ES256'), to)
  await plain.ask('message', { recipient: 'ada', encrypted_payload })
  expect(await ada.texts(1)).toEqual(['unpadded'])
})

test('the longest text that the lane says still fits into an envelope', async () => {
  const long = 'y'.repeat(49_152)
  await hers.send('raw', long)
  const jws = await opened(String((await raw.next('message'))['encrypted_payload']), pair.privateKey)
  const claims = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as { body: string }
  expect(claims.body).toBe(long)
})

test.skipIf(python === undefined)('the example in Python pads to the same lengths', async () => {
  const lengths = [1, 255, 256, 257, 8192, 8193, 10_000, 49_152, 65_536, 100_000]
  const script = `from envelope import padded_length\nprint([padded_length(n) for n in ${JSON.stringify(lengths)}])`
  expect(JSON.parse(await runPython(script, []).ended)).toEqual(lengths.map(paddedLength))
})

test('a member of the SDK that is asked for the key of a room gives a new one, and not with each question', async () => {
  const room = await hers.joinRoom('Asked')
  await raw.ask('join_room', { room_id: room })
  await raw.next('joined_room')
  const newKeys = () => raw.heard('rekeyed').filter(({ room_id }) => room_id === room)
  expect(await raw.ask('request_key', { room_id: room })).toMatchObject({ ok: true, asked: ['ada'] })
  await expect.poll(newKeys).toMatchObject([{ sender: 'ada', room_id: room }])
  const other = await program(server.url, await registered(server.url, 'other', pair.pem))
  await other.ask('join_room', { room_id: room })
  await rest(server.url, 'PUT /api/me/presence', { token: rawToken, body: { presence: 'hidden' } })
  expect(await other.ask('request_key', { room_id: room })).toMatchObject({ ok: true, asked: ['ada'] })
  // She has given one a moment ago, and gives one to both with the next thing that she says.
  await hers.sendToRoom(room, 'to all')
  await expect.poll(newKeys).toHaveLength(2)
  await expect.poll(() => other.heard('rekeyed')).toHaveLength(1)
})
