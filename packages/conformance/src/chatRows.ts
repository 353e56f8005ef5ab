import assert from 'node:assert/strict'
import { createCipheriv, randomBytes, sign } from 'node:crypto'
import { CompactEncrypt, flattenedDecrypt, GeneralEncrypt } from 'jose'
import type { Bench } from './bench.ts'
import { detached, receivingPair, sealed, signed, signedText, signingPair } from './keys.ts'
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
  signature: await detached('', signingPair('ES256').privateKey, 'ES256'),
  signature_type: 'ECDSA',
  timestamp: new Date().toISOString(),
})

const directHeader = Buffer.from('{"alg":"dir","enc":"A256GCM"}').toString('base64url')

/** Every documented form of `encrypted_message`: what is authenticated beside it, and how its parts are written. */
export const messageForms = {
  direct: {
    aad: directHeader,
    write: (...parts: readonly [iv: Buffer, ciphertext: Buffer, tag: Buffer]): unknown =>
      [directHeader, '', ...parts.map((part) => part.toString('base64url'))].join('.'),
  },
  fields: {
    aad: '',
    write: (iv: Buffer, ciphertext: Buffer, tag: Buffer): unknown => ({
      encrypted_data: Buffer.concat([ciphertext, tag]).toString('base64'),
      iv: iv.toString('base64'),
    }),
  },
  joined: {
    aad: '',
    write: (...parts: readonly [iv: Buffer, ciphertext: Buffer, tag: Buffer]): unknown =>
      Buffer.concat(parts).toString('base64'),
  },
} as const

/** Every documented form of `signature`, over the same text. */
export const proofForms = {
  detached: (content: string) => detached(content, signingPair('ES256').privateKey, 'ES256'),
  whole: (content: string) => signedText(content, signingPair('ES256').privateKey, 'ES256'),
  bare: async (content: string) => {
    const { privateKey: key } = signingPair('ES256')
    return sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' }).toString('base64')
  },
} as const

const inForm = async (
  form: keyof typeof messageForms,
  proof: keyof typeof proofForms,
  { chat_id, sender, key }: { readonly chat_id: unknown; readonly sender: string; readonly key: Uint8Array },
) => {
  const { aad, write } = messageForms[form]
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(aad))
  const ciphertext = Buffer.concat([cipher.update('in the chat'), cipher.final()])
  const encrypted_message = write(iv, ciphertext, cipher.getAuthTag())
  const timestamp = new Date().toISOString()
  const signature = await proofForms[proof](JSON.stringify([chat_id, sender, timestamp, encrypted_message]))
  return { chat_id, encrypted_message, signature, signature_type: 'ES256', timestamp }
}

const namesOf = <T extends object>(forms: T): readonly (keyof T)[] => Object.keys(forms) as (keyof T)[]

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
        assert.equal((await hers.next('joined_chat'))['chat_id'], listed['chat_id'])
        const left = await hers.next('chat_error')
        assert.deepEqual([left['code'], left['offline_users']], ['USERS_OFFLINE', [carol.name]])
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
    ...namesOf(messageForms).map((form) =>
      row(
        `chats.form.${form}`,
        `encrypted_message in the form ${form}, however it is signed`,
        async (bench) => {
          const { alice, hers, his, key, chat_id, close } = await chat(bench)
          for (const proof of namesOf(proofForms)) {
            const sent = await inForm(form, proof, { chat_id, sender: alice.name, key })
            await hers.accepted('send_message', sent)
            assert.deepEqual(await his.next('new_message'), { ...sent, sender: alice.name })
          }
          await close()
        },
      ),
    ),
    row('chats.form-refused', 'what is of no documented form is refused', async (bench) => {
      const { hers, key, chat_id, close } = await chat(bench)
      const good = await message(chat_id, key)
      const other = await signed({ chat_id }, signingPair('ES256').privateKey, 'ES256')
      for (const [changed, code] of [
        [{ encrypted_message: { text: 'in the clear' } }, 'PLAINTEXT_REFUSED'],
        [{ encrypted_message: { encrypted_data: 'AAAA', iv: 'AAAA', more: 1 } }, 'PAYLOAD_INVALID'],
        [{ encrypted_message: 'AAAA' }, 'UNAUTHENTICATED_ENCRYPTION'],
        [{ signature: other }, 'PAYLOAD_INVALID'],
        [{ signature_type: 'EdDSA' }, 'PAYLOAD_INVALID'],
        [{ timestamp: 'yesterday' }, 'PAYLOAD_INVALID'],
        [{ timestamp: Date.now() }, 'PAYLOAD_INVALID'],
        [{ timestamp: '1970-01-01T00:00:00Z' }, 'PAYLOAD_INVALID'],
      ] as const)
        await hers.refused('send_message', { ...good, ...changed }, code)
      await close()
    }),
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
