import { generateKeyPairSync } from 'node:crypto'
import { CompactEncrypt, exportJWK, generateKeyPair, GeneralEncrypt, importSPKI } from 'jose'
import { expect, test } from 'vitest'
import { program } from './lane/program.ts'
import { registered, rest } from './lane/rest.ts'
import { laneServer } from './lane/server.ts'

const server = await laneServer()

const rsaPem = (bits: number): string =>
  generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({
    type: 'spki',
    format: 'pem',
  }) as string

test('the key served is the key uploaded', async () => {
  const jwk = await exportJWK((await generateKeyPair('ECDH-ES+A256KW', { extractable: true })).publicKey)
  const uploads = [rsaPem(3072), rsaPem(4096), jwk, JSON.stringify(jwk), { keys: [jwk] }]
  for (const [at, uploaded] of uploads.entries()) {
    const name = `key${at}`
    const token = await registered(server.url, name, uploaded)
    const served = await rest(server.url, `GET /api/users/public-key/${name}`, { token })
    expect(served.body['public_key']).toEqual(uploaded)
    expect(served.body['fingerprint']).toMatch(/^[A-Za-z0-9_-]{43}$/)
  }
})

test('the payload that comes out is the payload that went in', async () => {
  const pem = rsaPem(3072)
  const alice = await program(server.url, await registered(server.url, 'alice'))
  const bob = await program(server.url, await registered(server.url, 'bob', pem))
  const key = await importSPKI(pem, 'RSA-OAEP-256')
  const plaintext = new TextEncoder().encode('hello')
  const compact = await new CompactEncrypt(plaintext)
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
    .encrypt(key)
  const general = await new GeneralEncrypt(plaintext)
    .setProtectedHeader({ enc: 'A256CBC-HS512' })
    .addRecipient(key)
    .setUnprotectedHeader({ alg: 'RSA-OAEP-256', kid: 'bob' })
    .encrypt()
  for (const encrypted_payload of [compact, general, JSON.stringify(general)]) {
    expect(await alice.ask('message', { recipient: 'bob', encrypted_payload })).toMatchObject({ ok: true })
    expect(await bob.next('message')).toEqual({ sender: 'alice', encrypted_payload })
  }
})
