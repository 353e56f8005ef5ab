import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { CompactEncrypt, flattenedDecrypt, GeneralEncrypt } from 'jose'
import type { Bench } from './bench.ts'
import { receivingPair, sealed, signed, signingPair } from './keys.ts'
import { closeAll } from './program.ts'
import { row, type Section } from './row.ts'

const keys = { bob: receivingPair('RSA-3072'), carol: receivingPair('P-256') }

const people = async (bench: Bench) => ({
  alice: await bench.account('alice'),
  bob: await bench.account('bob', 'RSA-3072'),
  carol: await bench.account('carol', 'P-256'),
})

const message = async (chat_id: unknown, key: Uint8Array) => ({
  chat_id,
  encrypted_message: await new CompactEncrypt(Buffer.from('in the chat'))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(key),
  signature: await signed({ chat_id }, signingPair('ES256').privateKey, 'ES256'),
  signature_type: 'ECDSA',
  timestamp: new Date().toISOString(),
})

/** A chat of two who are there. */
const chat = async (bench: Bench) => {
  const { alice, bob } = await people(bench)
  const [hers, his] = [await bench.connect(alice), await bench.connect(bob)]
  const key = randomBytes(32)
  const entries = { [bob.name]: await sealed(key.toString('hex'), keys.bob.publicKey) }
  const { chat_id } = await hers.accepted('initiate_chat', { participants: [bob.name], keys: entries })
  const close = () => closeAll(hers, his)
  return { alice, bob, hers, his, key, entries, chat_id, close }
}

export const chats: Section = {
  name: 'Chats',
  rows: [
    row('chats.keys', 'without keys of the client’s own: chat_error CLIENT_KEY_REQUIRED', async (bench) => {
      const { alice, bob } = await people(bench)
      const hers = await bench.connect(alice)
      for (const given of [{}, { keys: {} }]) {
        await hers.refused('initiate_chat', { participants: [bob.name], ...given }, 'CLIENT_KEY_REQUIRED')
        assert.equal((await hers.next('chat_error'))['code'], 'CLIENT_KEY_REQUIRED')
      }
      const entries = { [bob.name]: await sealed('x', keys.bob.publicKey) }
      const mismatch = { initiator: bob.name, participants: [bob.name], keys: entries }
      await hers.refused('initiate_chat', mismatch, 'IDENTITY_MISMATCH')
      await hers.close()
    }),
    row(
      'chats.invite',
      'each participant gets his own entry and no other; who is away is listed, or told later',
      async (bench) => {
        const { alice, bob, carol } = await people(bench)
        const [hers, his] = [await bench.connect(alice), await bench.connect(bob)]
        const entries = {
          [bob.name]: await sealed('key', keys.bob.publicKey),
          [carol.name]: await sealed('key', keys.carol.publicKey),
        }
        const asked = { initiator: alice.name, participants: [bob.name, carol.name], keys: entries }
        const listed = await hers.accepted('initiate_chat', asked)
        assert.deepEqual(listed['offline'], [carol.name])
        assert.deepEqual(listed['full'], [])
        assert.deepEqual(await his.next('chat_invitation'), {
          chat_id: listed['chat_id'],
          initiator: alice.name,
          participants: listed['participants'],
          encrypted_key: entries[bob.name],
        })
        const queued = await hers.accepted('initiate_chat', { ...asked, queue: true })
        const late = await bench.connect(carol)
        const invitation = await late.next('chat_invitation')
        assert.equal(invitation['chat_id'], queued['chat_id'])
        assert.equal(invitation['encrypted_key'], entries[carol.name])
        assert.ok(!JSON.stringify(invitation).includes(String(entries[bob.name])))
        await closeAll(hers, his, late)
      },
    ),
    row(
      'chats.general',
      'one general JWE is taken apart: everybody gets a whole JWE that only he can open',
      async (bench) => {
        const { alice, bob, carol } = await people(bench)
        const [hers, his] = [await bench.connect(alice), await bench.connect(bob)]
        const key = randomBytes(32)
        const general = await new GeneralEncrypt(key)
          .setProtectedHeader({ enc: 'A256GCM' })
          .addRecipient(keys.bob.publicKey)
          .setUnprotectedHeader({ alg: 'RSA-OAEP-256', kid: bob.name })
          .addRecipient(keys.carol.publicKey)
          .setUnprotectedHeader({ alg: 'ECDH-ES+A256KW', kid: carol.name })
          .encrypt()
        await hers.accepted('initiate_chat', {
          participants: [bob.name, carol.name],
          keys: general,
          queue: true,
        })
        const { encrypted_key: part } = await his.next('chat_invitation')
        const { plaintext } = await flattenedDecrypt(part as never, keys.bob.privateKey)
        assert.deepEqual(Buffer.from(plaintext), key)
        const hidden = general.recipients.map(({ encrypted_key: one }) => one).at(-1) ?? ''
        assert.ok(!JSON.stringify(part).includes(hidden))
        await closeAll(hers, his)
      },
    ),
    row('chats.join', 'join_chat and leave_chat: only the invited, only oneself', async (bench) => {
      const { alice, bob, his, hers, chat_id, close } = await chat(bench)
      const carols = await bench.connect((await people(bench)).carol)
      for (const event of ['join_chat', 'leave_chat'])
        await carols.refused(event, { chat_id }, 'CHAT_NOT_FOUND')
      await his.refused('join_chat', { chat_id, username: alice.name }, 'IDENTITY_MISMATCH')
      await his.accepted('join_chat', { chat_id, username: bob.name })
      assert.equal((await his.next('joined_chat'))['chat_id'], chat_id)
      assert.deepEqual(await hers.next('user_joined'), { username: bob.name, chat_id })
      await carols.close()
      await close()
    }),
    row(
      'chats.send',
      'send_message reaches the participants, the sender too, and says whom; outsiders and gaps are refused',
      async (bench) => {
        const { alice, bob, hers, his, key, chat_id, close } = await chat(bench)
        const sent = await message(chat_id, key)
        const { delivered, full } = await hers.accepted('send_message', sent)
        assert.deepEqual([delivered, full], [[alice.name, bob.name], []])
        for (const one of [hers, his])
          assert.deepEqual(await one.next('new_message'), { ...sent, sender: alice.name })
        const carols = await bench.connect((await people(bench)).carol)
        await carols.refused('send_message', sent, 'CHAT_NOT_FOUND')
        for (const field of ['encrypted_message', 'signature', 'signature_type', 'timestamp'] as const) {
          const { [field]: _missing, ...others } = sent
          await hers.refused('send_message', others, 'PAYLOAD_INVALID')
        }
        await hers.refused('send_message', { ...sent, signature_type: 'DSA' }, 'ALG_WITHDRAWN')
        await carols.close()
        await close()
      },
    ),
    row(
      'chats.rekey',
      'when somebody leaves, nothing is sent before there is a new key, and he does not get it',
      async (bench) => {
        const { alice, bob, carol } = await people(bench)
        const [hers, his, carols] = [
          await bench.connect(alice),
          await bench.connect(bob),
          await bench.connect(carol),
        ]
        const key = randomBytes(32)
        const entry = await sealed('key', keys.bob.publicKey)
        const entries = { [bob.name]: entry, [carol.name]: await sealed('key', keys.carol.publicKey) }
        const asked = { participants: [bob.name, carol.name], keys: entries, queue: true }
        const { chat_id } = await hers.accepted('initiate_chat', asked)
        await carols.accepted('leave_chat', { chat_id })
        assert.deepEqual(await carols.next('left_chat'), { chat_id })
        await his.next('rekey_required')
        await his.refused('send_message', await message(chat_id, key), 'REKEY_REQUIRED')
        const rekeyed = await hers.accepted('rekey', { chat_id, keys: { [bob.name]: entry } })
        assert.deepEqual([rekeyed['delivered'], rekeyed['full']], [[bob.name], []])
        assert.equal((await his.next('rekeyed'))['encrypted_key'], entry)
        await his.accepted('send_message', await message(chat_id, key))
        await carols.refused('send_message', await message(chat_id, key), 'CHAT_NOT_FOUND')
        assert.deepEqual(carols.heard('rekeyed'), [])
        await closeAll(hers, his, carols)
      },
    ),
  ],
}
