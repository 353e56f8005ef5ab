import assert from 'node:assert/strict'
import { GeneralEncrypt } from 'jose'
import { jwkOf, opened, receivingKinds, receivingPair, sealed } from './keys.ts'
import { closeAll } from './program.ts'
import { row, type Section } from './row.ts'

/** Without these two nothing else means anything. */
export const first: Section = {
  name: 'First of all',
  rows: [
    row('first.key', 'the key served is the key uploaded', async (bench) => {
      const ec = jwkOf(receivingPair('P-256').publicKey)
      const uploads = [
        ...receivingKinds.map((kind) => receivingPair(kind).pem),
        Buffer.from(receivingPair('RSA-3072').pem).toString('base64'),
        ec,
        JSON.stringify(ec),
        { keys: [ec] },
      ]
      const account = await bench.fresh('key')
      for (const public_key of uploads) {
        const put = await bench.rest('PUT /api/me/public-key', { token: account.token, body: { public_key } })
        assert.equal(put.status, 200, put.text)
        const served = await bench.rest(`GET /api/users/public-key/${account.name}`, { token: account.token })
        assert.deepEqual(served.body['public_key'], public_key)
        assert.match(String(served.body['public_key_pem']), /^-----BEGIN PUBLIC KEY-----\n/)
        assert.match(String(served.body['fingerprint']), /^[\w-]{43}$/)
      }
    }),
    row('first.payload', 'the payload that comes out is the payload that went in', async (bench) => {
      const [alice, bob] = [await bench.account('alice'), await bench.account('bob', 'RSA-3072')]
      const [hers, his] = [await bench.connect(alice), await bench.connect(bob)]
      const { publicKey, privateKey } = receivingPair('RSA-3072')
      const compact = await sealed('hello', publicKey)
      const general = await new GeneralEncrypt(new TextEncoder().encode('hello'))
        .setProtectedHeader({ enc: 'A256CBC-HS512' })
        .addRecipient(publicKey)
        .setUnprotectedHeader({ alg: 'RSA-OAEP-256', kid: bob.name })
        .encrypt()
      for (const encrypted_payload of [compact, general, JSON.stringify(general)]) {
        await hers.accepted('message', { sender: alice.name, recipient: bob.name, encrypted_payload })
        assert.deepEqual(await his.next('message'), { sender: alice.name, encrypted_payload })
      }
      assert.equal(await opened(compact, privateKey), 'hello')
      await closeAll(hers, his)
    }),
  ],
}
