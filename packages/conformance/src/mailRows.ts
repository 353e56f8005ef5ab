import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { FlattenedEncrypt, GeneralEncrypt } from 'jose'
import type { Account, Bench } from './bench.ts'
import {
  ciphers,
  opened,
  receivingKinds,
  receivingPair,
  sealed,
  signed,
  signers,
  signingPair,
  verified,
} from './keys.ts'
import { closeAll, type Payload } from './program.ts'
import { row, type Section } from './row.ts'

const burstSenders = 10
const burstEach = 20
const kind = 'RSA-3072'
const { privateKey, publicKey } = receivingPair(kind)

const burst = async (bench: Bench, recipient: string): Promise<void> => {
  const senders = await Promise.all(
    Array.from({ length: burstSenders }, async (_, at) => bench.connect(await bench.account(`burst${at}`))),
  )
  await Promise.all(
    senders.map(async (sender, at) => {
      for (let message = 0; message < burstEach; message++) {
        const encrypted_payload = await sealed(`${at} ${message}`, publicKey)
        await sender.accepted('message', { recipient, encrypted_payload })
      }
      await sender.close()
    }),
  )
}

const textsIn = (messages: readonly Payload[]) =>
  Promise.all(messages.map(({ encrypted_payload }) => opened(encrypted_payload, privateKey)))

/** Each once, and of each sender as he sent them. */
const assertWhole = async (messages: readonly Payload[]): Promise<void> => {
  const texts = await textsIn(messages)
  assert.equal(texts.length, burstSenders * burstEach)
  for (let sender = 0; sender < burstSenders; sender++)
    assert.deepEqual(
      texts.filter((text) => text.startsWith(`${sender} `)),
      Array.from({ length: burstEach }, (_, at) => `${sender} ${at}`),
    )
}

const formsOf = async (recipient: Account): Promise<readonly unknown[]> => {
  const bytes = new TextEncoder().encode('x')
  const alg = 'RSA-OAEP-256'
  const flattened = await new FlattenedEncrypt(bytes)
    .setProtectedHeader({ alg, enc: 'A256GCM' })
    .encrypt(publicKey)
  const general = await new GeneralEncrypt(bytes)
    .setProtectedHeader({ enc: 'A256GCM' })
    .addRecipient(publicKey)
    .setUnprotectedHeader({ alg, kid: recipient.name })
    .encrypt()
  const fields = {
    encrypted_data: randomBytes(40).toString('base64'),
    encrypted_key: randomBytes(256).toString('base64'),
    iv: randomBytes(12).toString('base64'),
  }
  return [await sealed('x', publicKey), flattened, general, fields].flatMap((form) =>
    typeof form === 'string' ? [form] : [form, JSON.stringify(form)],
  )
}

export const mail: Section = {
  name: 'Messages to one recipient',
  rows: [
    row('mail.forms', 'every form of an envelope arrives deep-equal', async (bench) => {
      const [alice, bob] = [await bench.account('alice'), await bench.account('bob', kind)]
      const [hers, his] = [await bench.connect(alice), await bench.connect(bob)]
      for (const encrypted_payload of await formsOf(bob)) {
        await hers.accepted('message', { recipient: bob.name, encrypted_payload })
        assert.deepEqual(await his.next('message'), { sender: alice.name, encrypted_payload })
      }
      await closeAll(hers, his)
    }),
    row(
      'mail.algorithms',
      'RSA-3072, -4096, P-256 · A256GCM, A256CBC-HS512 · PS256, ES256, EdDSA',
      async (bench) => {
        const alice = await bench.account('alice')
        const bob = await bench.fresh('matrix')
        const [hers, his] = [await bench.connect(alice), await bench.connect(bob)]
        for (const receiving of receivingKinds) {
          const pair = receivingPair(receiving)
          await bench.rest('PUT /api/me/public-key', { token: bob.token, body: { public_key: pair.pem } })
          for (const enc of ciphers)
            for (const alg of signers) {
              const claims = {
                iss: alice.name,
                aud: bob.name,
                iat: 1,
                jti: `${receiving} ${enc} ${alg}`,
                body: 'exit: "x"',
              }
              const proof = await signed(claims, signingPair(alg).privateKey, alg)
              const encrypted_payload = await sealed(proof, pair.publicKey, enc)
              await hers.accepted('message', { sender: alice.name, recipient: bob.name, encrypted_payload })
              const got = await his.next('message')
              assert.deepEqual(got, { sender: alice.name, encrypted_payload })
              const jws = await opened(got['encrypted_payload'], pair.privateKey)
              assert.deepEqual(await verified(jws, signingPair(alg).publicKey), claims)
            }
        }
        await closeAll(hers, his)
      },
    ),
    row('mail.texts', 'texts of 16 kB, `exit`, colons and quotes arrive unchanged', async (bench) => {
      const [alice, bob] = [await bench.account('alice'), await bench.account('bob', kind)]
      const [hers, his] = [await bench.connect(alice), await bench.connect(bob)]
      for (const text of [
        'exit',
        'quit\n',
        'a:b::c',
        `"'\`\\`,
        ' ',
        '\u0000',
        'é🙂',
        'y'.repeat(16 * 1024),
      ]) {
        await hers.accepted('message', {
          recipient: bob.name,
          encrypted_payload: await sealed(text, publicKey),
        })
        assert.equal(await opened((await his.next('message'))['encrypted_payload'], privateKey), text)
      }
      await closeAll(hers, his)
    }),
    row('mail.unknown', 'an unknown recipient: an error, not silence', async (bench) => {
      const hers = await bench.connect(await bench.account('alice'))
      const encrypted_payload = await sealed('x', publicKey)
      await hers.refused(
        'message',
        { recipient: bench.freshName('nobody'), encrypted_payload },
        'USER_NOT_FOUND',
      )
      await hers.close()
    }),
    row('mail.burst', 'a burst of 200 from ten clients arrives whole and in order', async (bench) => {
      const target = await bench.fresh('target', receivingPair(kind).pem)
      const receiver = await bench.connect(target)
      await burst(bench, target.name)
      await assertWhole(await receiver.count('message', burstSenders * burstEach))
      await receiver.close()
    }),
    row('mail.away', 'who is away for the burst gets it once, in order, later', async (bench) => {
      const sleeper = await bench.fresh('sleeper', receivingPair(kind).pem)
      await burst(bench, sleeper.name)
      const awake = await bench.connect(sleeper)
      await assertWhole(await awake.count('message', burstSenders * burstEach))
      await awake.close()
      const again = await bench.connect(sleeper)
      const hers = await bench.connect(await bench.account('alice'))
      await hers.accepted('message', {
        recipient: sleeper.name,
        encrypted_payload: await sealed('last', publicKey),
      })
      await again.next('message')
      assert.deepEqual(await textsIn(again.heard('message')), ['last'])
      await closeAll(again, hers)
    }),
  ],
}
