import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { exportJWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { receivingPair, sealed } from './lane/keys.ts'
import { type Payload, program } from './lane/program.ts'
import { goodPassword, registered, rest } from './lane/rest.ts'
import { roomContent } from '../../packages/conformance/src/roomContent.ts'
import { laneServer } from './lane/server.ts'

const server = await laneServer({ limits: { messagesPerSecond: 1000, messageBurst: 1000 } })
const rsa = receivingPair('RSA-3072')
const ec = receivingPair('P-256')
const alice = await program(server.url, await registered(server.url, 'alice', rsa.pem))
const bob = await program(server.url, await registered(server.url, 'bob', ec.pem))
const { room_id } = await alice.ask('join_room', { room: 'General' })
const room = room_id as number
const key = randomBytes(32)

const toBob = (encrypted_payload: unknown, more: Payload = {}) =>
  alice.refusal('message', { recipient: 'bob', encrypted_payload, ...more })
const toRoom = (changes: Payload) =>
  alice.refusal('send_message', { ...roomContent(room, 'text', key), ...changes })

const text = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const parts = (await sealed('hello', rsa.publicKey)).split('.')
const [, encryptedKey = '', iv = '', ciphertext = '', tag = ''] = parts
const compact = (header: unknown): string =>
  [typeof header === 'string' ? header : text(header), encryptedKey, iv, ciphertext, tag].join('.')
const header = { alg: 'RSA-OAEP-256', enc: 'A256GCM' }
const fields = {
  encrypted_data: randomBytes(40).toString('base64'),
  encrypted_key: randomBytes(256).toString('base64'),
  iv: randomBytes(12).toString('base64'),
}

test('what is in order is accepted', async () => {
  expect(await toBob(compact(header))).toBe('accepted')
  expect(await toBob(fields)).toBe('accepted')
  expect(await toBob(JSON.stringify(fields))).toBe('accepted')
  expect(await toRoom({})).toBe('accepted')
  expect(await toRoom({ message_hash: '' })).toBe('accepted')
})

describe('plaintext', () => {
  test.each<readonly [string, unknown]>([
    ['send_message', { message: 'in the clear' }],
    ['send_message', { room_id: room, message: 'in the clear' }],
    ['send_message', 'in the clear'],
    ['message', { recipient: 'bob', message: 'in the clear' }],
    ['message', { recipient: 'bob', encrypted_payload: { message: 'in the clear' } }],
    ['message', 'in the clear'],
  ])('%s %j', async (event, payload) => {
    expect(await alice.refusal(event, payload)).toBe('PLAINTEXT_REFUSED')
  })
})

describe('encryption without a tag', () => {
  test.each<readonly [string, unknown]>([
    ['an iv of a block cipher', { ...fields, iv: randomBytes(16).toString('base64') }],
    ['less than a tag', { ...fields, encrypted_data: randomBytes(15).toString('base64') }],
    ['CBC by name', compact({ alg: 'RSA-OAEP-256', enc: 'A256CBC' })],
    ['a JWE with half a tag', [text(header), encryptedKey, iv, ciphertext, tag.slice(0, 11) + 'A'].join('.')],
  ])('%s', async (_what, payload) => {
    expect(await toBob(payload)).toBe('UNAUTHENTICATED_ENCRYPTION')
  })

  test('in a room', async () => {
    expect(await toRoom({ iv: JSON.stringify([...randomBytes(16)]), message_hash: '' })).toBe(
      'UNAUTHENTICATED_ENCRYPTION',
    )
    expect(await toRoom({ encrypted_content: '[1,2,3]', message_hash: '' })).toBe(
      'UNAUTHENTICATED_ENCRYPTION',
    )
  })
})

test('a hash of anything but the ciphertext', async () => {
  const ofText = createHash('sha256').update('text').digest('hex')
  for (const message_hash of [ofText, 'x', '00'.repeat(32)])
    expect(await toRoom({ message_hash })).toBe('MESSAGE_HASH_PLAINTEXT')
})

describe('algorithms that are withdrawn', () => {
  test.each(['RSA1_5', 'none', 'RSA-OAEP', 'DSA'])('%s', async (alg) => {
    expect(await toBob(compact({ alg, enc: 'A256GCM' }))).toBe('ALG_WITHDRAWN')
  })

  test('a DSA key', async () => {
    const { publicKey } = generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 })
    const public_key = publicKey.export({ type: 'spki', format: 'pem' })
    const body = { username: 'dsa', password: goodPassword, public_key }
    expect((await rest(server.url, 'POST /register', { body })).body['code']).toBe('ALG_WITHDRAWN')
  })
})

describe('what a JOSE library might forgive', () => {
  const spaced = Buffer.from('{"alg": "RSA-OAEP-256","enc":"A256GCM"}').toString('base64url')
  const twice = Buffer.from('{"alg":"none","alg":"RSA-OAEP-256","enc":"A256GCM"}').toString('base64url')
  const escaped = Buffer.from('{"alg":"RSA-OAEP-25\\u0036","enc":"A256GCM"}').toString('base64url')
  test.each<readonly [string, unknown]>([
    ['white space in the header', compact(spaced)],
    ['a key twice', compact(twice)],
    ['a needless escape', compact(escaped)],
    ['padding', compact(`${text(header)}=`)],
    ['the other alphabet', compact(header).replace(/[-_]/, '+')],
    ['a line break', compact(header).replace('.', '\n.')],
    ['bits that mean nothing', [...compact(header).split('.').slice(0, 4), `${tag.slice(0, -1)}B`].join('.')],
    ['zip', compact({ ...header, zip: 'DEF' })],
    ['crit', compact({ ...header, crit: ['exp'], exp: 1 })],
    ['jku', compact({ ...header, jku: 'https://evil.example' })],
    ['x5u', compact({ ...header, x5u: 'https://evil.example' })],
    ['a key of its own', compact({ ...header, jwk: { kty: 'oct', k: 'AA' } })],
    ['a password', compact({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 1, p2s: 'AA' })],
    ['dir', compact({ alg: 'dir', enc: 'A256GCM' })],
    ['an ephemeral key that is none', compact({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', epk: { kty: 'EC' } })],
    ['four parts', parts.slice(1).join('.')],
    ['fields with more', { ...fields, more: 1 }],
    ['fields in base64url', { ...fields, iv: 'AAAAAAAAAAAAAAA_' }],
    ['a number', 7],
    ['JSON twice', '{"iv":"a","iv":"b","encrypted_data":"","encrypted_key":""}'],
  ])('%s', async (_what, payload) => {
    expect(await toBob(payload)).toBe('PAYLOAD_INVALID')
  })
})

describe('keys', () => {
  const private_ = rsa.privateKey
  const register = async (username: string, public_key: unknown) => {
    const body = { username, password: goodPassword, public_key }
    return (await rest(server.url, 'POST /register', { body })).body['code']
  }
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
  const spki = { type: 'spki', format: 'pem' } as const
  const cases: readonly (readonly [string, () => unknown])[] = [
    ['nonsense', () => 'not a key'],
    ['RSA of 1,024 bits', () => small.export(spki)],
    ['new RSA below 3,072 bits', () => receivingPair('RSA-2048').pem],
    [
      'P-256 with the algorithm of another key',
      async () => ({ ...(await exportJWK(ec.publicKey)), alg: 'HS256' }),
    ],
    [
      'P-256 that signs, for encryption',
      async () => ({ ...(await exportJWK(ec.publicKey)), alg: 'ES256', use: 'enc' }),
    ],
    ['a private key in PEM', () => private_.export({ type: 'pkcs8', format: 'pem' })],
    ['PKCS#1', () => rsa.publicKey.export({ type: 'pkcs1', format: 'pem' })],
    ['Ed25519 alone', () => generateKeyPairSync('ed25519').publicKey.export(spki)],
    ['another curve', () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export(spki)],
    ['something behind the key', () => `${rsa.pem}\nmore`],
    ['a symmetric JWK', () => ({ kty: 'oct', k: 'AAAA' })],
    ['an empty set', () => ({ keys: [] })],
  ]
  test.each(cases)('%s', async (_what, make) => {
    expect(await register('keyless', await make())).toBe('KEY_INVALID')
  })

  test('a private JWK, of every kind, and a point that is on no curve', async () => {
    expect(await register('keyless', await exportJWK(private_))).toBe('KEY_INVALID')
    const own = await exportJWK(ec.privateKey)
    expect(await register('keyless', own)).toBe('KEY_INVALID')
    const { d: _private, ...point } = own
    expect(await register('keyless', { ...point, y: point.x })).toBe('KEY_INVALID')
    expect(await register('keyed', point)).toBeUndefined()
  })
})

test('names that are not one’s own, in every event that has one', async () => {
  const payload = { sender: 'bob', recipient: 'bob', encrypted_payload: compact(header) }
  expect(await alice.refusal('message', payload)).toBe('IDENTITY_MISMATCH')
  expect(await toRoom({ sender: 'bob' })).toBe('IDENTITY_MISMATCH')
  expect(await toRoom({ username: 'bob' })).toBe('IDENTITY_MISMATCH')
  expect(await alice.refusal('join_room', { room_id: room, username: 'bob' })).toBe('IDENTITY_MISMATCH')
  expect(await toBob(compact(header), { sender: 'Alice' })).toBe('accepted')
})

test('what is too large, and fields that are missing or too many', async () => {
  const huge = [text(header), encryptedKey, iv, 'A'.repeat(110_000), tag].join('.')
  expect(await toBob(huge)).toBe('PAYLOAD_TOO_LARGE')
  expect(await toRoom({ encrypted_content: `[${'1,'.repeat(55_000)}1]` })).toBe('PAYLOAD_TOO_LARGE')
  expect(await alice.refusal('message', { recipient: 'bob' })).toBe('PAYLOAD_INVALID')
  expect(await alice.refusal('message', { encrypted_payload: compact(header) })).toBe('PAYLOAD_INVALID')
  expect(await toBob(compact(header), { more: 1 })).toBe('PAYLOAD_INVALID')
  expect(await toRoom({ iv: undefined })).toBe('PAYLOAD_INVALID')
  for (const array of ['[256]', '[1,]', '[01]', '[-1]', '[1.5]', '{}', '[]', '[1,\n2]'])
    expect(await toRoom({ encrypted_content: array, message_hash: '' })).toBe('PAYLOAD_INVALID')
  expect(await alice.refusal('send_message', {})).toBe('PAYLOAD_INVALID')
})

test('of all that was refused nobody heard anything', async () => {
  const messages = bob.heard('message').length
  expect(messages).toBeGreaterThan(0)
  expect(bob.heard('new_message')).toEqual([])
  for (const { encrypted_payload } of bob.heard('message'))
    expect([compact(header), fields, JSON.stringify(fields)]).toContainEqual(encrypted_payload)
})
