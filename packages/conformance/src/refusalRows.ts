import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Bench } from './bench.ts'
import { jwkOf, receivingPair, sealed } from './keys.ts'
import { roomContent } from './roomContent.ts'
import { row, type Section } from './row.ts'

const base64 = (length: number): string => randomBytes(length).toString('base64')
const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

const fields = { encrypted_data: base64(40), encrypted_key: base64(256), iv: base64(12) }
const good = { alg: 'RSA-OAEP-256', enc: 'A256GCM' }

/** A JWE whose parts are right and whose header is this. */
const withHeader = (header: unknown): string =>
  [encoded(header), randomBytes(256), randomBytes(12), randomBytes(9), randomBytes(16)]
    .map((part) => (typeof part === 'string' ? part : part.toString('base64url')))
    .join('.')

/** That each of these envelopes is refused with this code. */
const refuses = (code: string, envelopes: () => readonly unknown[]) => async (bench: Bench) => {
  const program = await bench.connect(await bench.account('alice'))
  const { name: recipient } = await bench.account('bob', 'RSA-3072')
  for (const encrypted_payload of envelopes())
    await program.refused('message', { recipient, encrypted_payload }, code)
  await program.close()
}

const secretNames = ['private_key', 'server_public_key']

export const refusals: Section = {
  name: 'Refused, with its code',
  rows: [
    row('refused.plaintext', 'PLAINTEXT_REFUSED: what should have been encrypted', async (bench) => {
      const program = await bench.connect(await bench.account('alice'))
      const { name: recipient } = await bench.account('bob', 'RSA-3072')
      for (const [event, payload] of [
        ['send_message', { message: 'in the clear' }],
        ['send_message', { room_id: 1, message: 'in the clear' }],
        ['message', { recipient, message: 'in the clear' }],
        ['message', { recipient, encrypted_payload: { message: 'in the clear' } }],
      ] as const)
        await program.refused(event, payload, 'PLAINTEXT_REFUSED')
      await program.close()
    }),
    row(
      'refused.unauthenticated',
      'UNAUTHENTICATED_ENCRYPTION: CBC, CFB, ECB without a tag',
      refuses('UNAUTHENTICATED_ENCRYPTION', () => [
        { ...fields, iv: base64(16) },
        { ...fields, encrypted_data: base64(15) },
        ...['A256CBC', 'AES-CFB', 'A256ECB'].map((enc) => withHeader({ ...good, enc })),
      ]),
    ),
    row(
      'refused.withdrawn',
      'ALG_WITHDRAWN: RSA1_5, none, DSA, OAEP with SHA-1',
      refuses('ALG_WITHDRAWN', () =>
        ['RSA1_5', 'none', 'DSA', 'RSA-OAEP'].map((alg) => withHeader({ ...good, alg })),
      ),
    ),
    row(
      'refused.strict',
      'PAYLOAD_INVALID: what a JOSE library might forgive',
      refuses('PAYLOAD_INVALID', () => [
        withHeader('{"alg": "RSA-OAEP-256","enc":"A256GCM"}'),
        withHeader('{"alg":"none","alg":"RSA-OAEP-256","enc":"A256GCM"}'),
        withHeader('{"alg":"RSA-OAEP-25\\u0036","enc":"A256GCM"}'),
        withHeader({ ...good, crit: ['exp'], exp: 1 }),
        withHeader({ ...good, zip: 'DEF' }),
        withHeader({ ...good, jku: 'https://elsewhere.example' }),
        withHeader({ ...good, x5u: 'https://elsewhere.example' }),
        withHeader({ ...good, jwk: { kty: 'oct', k: 'AA' } }),
        withHeader(good).replace('.', '=.'),
        withHeader(good).replace('.', '\n.'),
        withHeader(good).split('.').slice(1).join('.'),
        '{"iv":"a","iv":"b","encrypted_data":"","encrypted_key":""}',
        { ...fields, more: 1 },
        7,
      ]),
    ),
    row(
      'refused.replaced',
      'EVENT_REPLACED: events of other programs, with what there is instead',
      async (bench) => {
        const program = await bench.connect(await bench.account('alice'))
        for (const event of ['register', 'encrypted_message', 'login', 'chat_message']) {
          const answer = await program.ask(event, { username: 'x' })
          assert.equal(answer['code'], 'EVENT_REPLACED')
          assert.equal(typeof answer['instead'], 'string')
        }
        await program.close()
      },
    ),
    row('refused.timestamp', 'a timestamp beside a message is RFC 3339 and near, or named', async (bench) => {
      const program = await bench.connect(await bench.account('alice'))
      const { name: recipient } = await bench.account('bob', 'RSA-3072')
      const encrypted_payload = await sealed('x', receivingPair('RSA-3072').publicKey)
      const { room_id } = await program.accepted('join_room', { room: bench.freshName('Times') })
      const sent = (): readonly (readonly [string, object])[] => [
        ['message', { recipient, encrypted_payload }],
        ['send_message', roomContent(room_id, 'x', randomBytes(32))],
      ]
      for (const [event, payload] of sent())
        await program.accepted(event, { ...payload, timestamp: new Date().toISOString() })
      for (const timestamp of ['today', Date.now(), '1970-01-01T00:00:00Z'])
        for (const [event, payload] of sent()) {
          const answer = await program.ask(event, { ...payload, timestamp })
          assert.deepEqual([answer['code'], answer['field']], ['PAYLOAD_INVALID', 'timestamp'])
        }
      await program.close()
    }),
    row('refused.large', 'PAYLOAD_TOO_LARGE, and the connection stays', async (bench) => {
      const program = await bench.connect(await bench.account('alice'))
      const { name: recipient } = await bench.account('bob', 'RSA-3072')
      const encrypted_payload = `${withHeader(good)}${'A'.repeat(110_000)}`
      await program.refused('message', { recipient, encrypted_payload }, 'PAYLOAD_TOO_LARGE')
      await program.accepted('user_login', {})
      await program.close()
    }),
    row('refused.identity', 'IDENTITY_MISMATCH: a name that is not the one of the session', async (bench) => {
      const program = await bench.connect(await bench.account('alice'))
      const { name } = await bench.account('bob', 'RSA-3072')
      const { room_id } = await program.accepted('join_room', { room: bench.freshName('Names') })
      const encrypted_payload = await sealed('x', receivingPair('RSA-3072').publicKey)
      const content = roomContent(room_id, 'x', randomBytes(32))
      for (const [event, payload] of [
        ['message', { sender: name, recipient: name, encrypted_payload }],
        ['send_message', { ...content, sender: name }],
        ['send_message', { ...content, username: name }],
        ['join_room', { room_id, username: name }],
        ['leave_room', { room_id, username: name }],
      ] as const)
        await program.refused(event, payload, 'IDENTITY_MISMATCH')
      await program.close()
    }),
    row(
      'refused.fields',
      'PAYLOAD_INVALID: fields that are missing, or that nobody has documented',
      async (bench) => {
        const program = await bench.connect(await bench.account('alice'))
        const { name: recipient } = await bench.account('bob', 'RSA-3072')
        const encrypted_payload = await sealed('x', receivingPair('RSA-3072').publicKey)
        for (const [event, payload] of [
          ['message', { recipient }],
          ['message', { encrypted_payload }],
          ['message', { recipient, encrypted_payload, more: 1 }],
          ['join_room', {}],
          ['send_message', {}],
        ] as const)
          await program.refused(event, payload, 'PAYLOAD_INVALID')
        await program.close()
      },
    ),
  ],
}

/** Runs last: it looks at all that the server has said before. */
export const secrets: Section = {
  name: 'Secrets',
  rows: [
    row(
      'secrets.none',
      'no private_key, server_public_key or private JWK in anything that the server says',
      async (bench) => {
        const body = {
          username: bench.freshName('private'),
          password: 'a passphrase that is long',
          public_key: jwkOf(receivingPair('P-256').privateKey),
        }
        await bench.rest('POST /register', { body })
        assert.ok(bench.said.length > 0)
        for (const text of bench.said) {
          for (const name of secretNames) assert.ok(!text.includes(name), `${name} in an answer`)
          assert.doesNotMatch(text, /"d"\s*:\s*"/)
          assert.doesNotMatch(text, /BEGIN [A-Z ]*PRIVATE KEY/)
        }
      },
    ),
  ],
}
