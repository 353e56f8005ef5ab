import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes, sign } from 'node:crypto'
import { chatMessageForms, type SealedForm, signatureForms, signedContent, uploadOf } from '@sotto/lane'
import { describe, expect, test } from 'vitest'
import { account } from './lane/account.ts'
import { detached, sealed, signed, signingPair } from './lane/keys.ts'
import { program } from './lane/program.ts'
import { python, runPython } from './lane/python.ts'
import { registered } from './lane/rest.ts'
import { laneServer } from './lane/server.ts'

// A stranger's program, which has read the document and knows nothing of the SDK, writes to the SDK.
const server = await laneServer({ limits: { messagesPerSecond: 1000, messageBurst: 1000 } })
const pair = signingPair('ES256')
const stranger = await program(server.url, await registered(server.url, 'stranger', pair.pem))
const reader = await account(server.url, 'reader', { kind: 'RSA-3072' })
const lane = await reader.open()
const readerKey = createPublicKey({ key: uploadOf(reader.identity), format: 'jwk' })
const key = randomBytes(32)

const claimed = (aud: string, body: unknown): Promise<string> => {
  const claims = {
    iss: 'stranger',
    aud,
    iat: Math.floor(Date.now() / 1000),
    jti: randomBytes(8).toString('hex'),
    body,
  }
  return signed(claims, pair.privateKey, 'ES256')
}

const invited = async (entry: unknown): Promise<string> => {
  const asked = { participants: ['reader'], keys: { reader: entry }, queue: true }
  return String((await stranger.ask('initiate_chat', asked))['chat_id'])
}

const messageOf = (form: SealedForm, text: string): unknown => {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(form.aad))
  const ciphertext = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()])
  return form.write({ iv: new Uint8Array(iv), sealed: new Uint8Array(ciphertext) })
}

const signatureOf = async (form: string, content: string): Promise<string> => {
  const jws = await detached(content, pair.privateKey, 'ES256')
  switch (form) {
    case 'detached':
      return jws
    case 'whole':
      return jws.replace('..', `.${Buffer.from(content).toString('base64url')}.`)
    default: {
      const own = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const
      return sign('sha256', Buffer.from(content), own).toString('base64')
    }
  }
}

const sendIn = async (chat: string, sealing: SealedForm, signing: string, inside: string): Promise<void> => {
  const encrypted_message = messageOf(sealing, inside)
  const timestamp = new Date().toISOString()
  const content = signedContent({ chat, sender: 'stranger', timestamp, message: encrypted_message })
  const signature = await signatureOf(signing, content)
  const sent = { chat_id: chat, encrypted_message, signature, signature_type: 'ECDSA', timestamp }
  expect(await stranger.ask('send_message', sent)).toMatchObject({ ok: true })
}

const isIn = (chat: string, place: { readonly kind: string } | null): boolean =>
  place !== null && 'chat' in place && place.chat === chat
const textsIn = (chat: string): readonly string[] =>
  reader.told('place_message').flatMap(({ place, text }) => (isIn(chat, place) ? [text] : []))
const refusalsIn = (chat: string): readonly string[] =>
  reader.told('refused').flatMap(({ place, code }) => (isIn(chat, place) ? [code] : []))

/** Every form of a chat's message and of its signature, as Python's own libraries make them. */
const formsInPython = `
import base64, json, os, sys, time, uuid
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from jwcrypto import jwe, jwk, jws

asked = json.load(sys.stdin)
key, signer = jwe.base64url_decode(asked["key"]), jwk.JWK(**asked["signer"])
compact = lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False)
standard = lambda data: base64.b64encode(data).decode()


def proof(content):
    made = jws.JWS(content.encode())
    made.add_signature(signer, alg="ES256", protected='{"alg":"ES256"}')
    return made.serialize(compact=True)


def direct(text):
    shared = jwk.JWK(kty="oct", k=asked["key"])
    return jwe.JWE(text.encode(), '{"alg":"dir","enc":"A256GCM"}', recipient=shared).serialize(compact=True)


def joined(text):
    iv = os.urandom(12)
    return iv, AESGCM(key).encrypt(iv, text.encode(), None)


def fields(text):
    iv, data = joined(text)
    return {"encrypted_data": standard(data), "iv": standard(iv)}


def bare(content):
    """Over the text itself, and not over what a JWS signs."""
    r, s = utils.decode_dss_signature(signer.get_op_key("sign").sign(content.encode(), ec.ECDSA(hashes.SHA256())))
    return standard(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def detached(content):
    header, _, signature = proof(content).split(".")
    return header + ".." + signature


sealings = {
    "direct": direct,
    "fields": fields,
    "fields as text": lambda text: json.dumps(fields(text)),
    "joined": lambda text: standard(b"".join(joined(text))),
    "joined, url": lambda text: base64.urlsafe_b64encode(b"".join(joined(text))).rstrip(b"=").decode(),
}
for sealing, seal in sealings.items():
    for signing in (detached, proof, bare):
        text = "%s %s \\u00e9" % (sealing, signing.__name__)
        claims = {"iss": asked["sender"], "aud": "chat:" + asked["chat"], "iat": int(time.time())}
        claims.update({"jti": str(uuid.uuid4()), "body": text})
        message = seal(proof(compact(claims)))
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        content = compact([asked["chat"], asked["sender"], stamp, message])
        payload = {"chat_id": asked["chat"], "encrypted_message": message, "signature": signing(content)}
        payload.update({"signature_type": "ECDSA", "timestamp": stamp})
        print(json.dumps({"text": text, "payload": payload}))
`

const rows = chatMessageForms.flatMap((sealing) => signatureForms.map((signing) => ({ sealing, signing })))
const raw = key.toString('base64url')
const signedKey = (): Promise<string> => claimed('chat', { key: raw, holders: ['reader', 'stranger'] })

describe('what the server acknowledges in a chat, the reader tells', async () => {
  const chat = await invited(await sealed(await signedKey(), readerKey))

  test.each(rows)('$sealing.name, $signing.name', async ({ sealing, signing }) => {
    const told = `${sealing.name} ${signing.name} é🙂`
    await sendIn(chat, sealing, signing.name, await claimed(`chat:${chat}`, told))
    // A text with nothing around it, too: the proof beside it says who, where, when and what.
    await sendIn(chat, sealing, signing.name, `plain ${told}`)
    await lane.caughtUp()
    expect(textsIn(chat).slice(-2)).toEqual([told, `plain ${told}`])
  })

  test('a token of another program is a text like any other', async () => {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const tokens = [
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dGVzdA',
      `${part({ alg: 'ES256' })}.${part({ iss: 'other', aud: 'x', iat: 1, jti: 'j' })}.dGVzdA`,
      `${part({ alg: 'none' })}.${part([])}.`,
      `${part({ alg: 'PS256' })}.not JSON.x`,
      `${part({ alg: 'dir' })}..x`,
    ]
    const before = textsIn(chat).length
    for (const sealing of chatMessageForms)
      for (const token of tokens) await sendIn(chat, sealing, 'detached', token)
    await lane.caughtUp()
    expect(textsIn(chat).slice(before)).toEqual(chatMessageForms.flatMap(() => tokens))
  })

  test('what is sealed twice around one proof is told once', async () => {
    const before = textsIn(chat).length
    const jws = await claimed(`chat:${chat}`, 'once')
    for (const sealing of chatMessageForms) await sendIn(chat, sealing, 'detached', jws)
    await lane.caughtUp()
    expect(textsIn(chat).slice(before)).toEqual(['once'])
  })

  test.skipIf(python === undefined)('from Python, every form too', async () => {
    const before = textsIn(chat).length
    const signer = pair.privateKey.export({ format: 'jwk' })
    const asked = JSON.stringify({ key: raw, chat, sender: 'stranger', signer })
    const lines = (await runPython(formsInPython, [], asked).ended).trim().split('\n')
    const sent = lines.map((line) => JSON.parse(line) as { readonly text: string; readonly payload: object })
    expect(sent).toHaveLength(5 * 3)
    for (const { payload } of sent)
      expect(await stranger.ask('send_message', payload)).toMatchObject({ ok: true })
    await lane.caughtUp()
    expect(textsIn(chat).slice(before)).toEqual(sent.map(({ text }) => text))
  })
})

test('a key that nobody has signed opens what is signed; nothing is sealed under it', async () => {
  const wrapping = { key: readerKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
  const bare = await invited(publicEncrypt(wrapping, key).toString('base64'))
  const [direct] = chatMessageForms
  await sendIn(bare, direct, 'detached', await claimed(`chat:${bare}`, 'signed'))
  await lane.caughtUp()
  expect(textsIn(bare)).toEqual(['signed'])
  // Who invites to it is the server's word alone.
  expect(refusalsIn(bare)).toEqual(['PROOF_INVALID'])
  expect(reader.told('invitation').some(({ chat }) => chat === bare)).toBe(false)
  await expect(lane.sendToChat(bare, 'x')).rejects.toMatchObject({ code: 'PROOF_INVALID' })
})

test('what only its reader can judge is told with the reason, and holds up nothing', async () => {
  const chat = await invited(await sealed(await signedKey(), readerKey))
  const [direct] = chatMessageForms
  const audience = await claimed('chat:another', 'for others')
  await sendIn(chat, direct, 'detached', audience)
  const other = createCipheriv('aes-256-gcm', randomBytes(32), randomBytes(12))
  const sealedOtherwise = Buffer.concat([
    randomBytes(12),
    other.update('x'),
    other.final(),
    other.getAuthTag(),
  ])
  const timestamp = new Date().toISOString()
  const unsigned = {
    chat_id: chat,
    encrypted_message: sealedOtherwise.toString('base64'),
    signature: randomBytes(64).toString('base64'),
    signature_type: 'ES256',
    timestamp,
  }
  await stranger.ask('send_message', unsigned)
  await stranger.ask('send_message', { ...unsigned, encrypted_message: messageOf(direct, 'not signed') })
  await sendIn(chat, direct, 'detached', await claimed(`chat:${chat}`, { html: '<b>no text</b>' }))
  await sendIn(chat, direct, 'detached', await claimed(`chat:${chat}`, 'after them'))
  await lane.caughtUp()
  expect(refusalsIn(chat)).toEqual(['PROOF_INVALID', 'NOT_FOR_US', 'PROOF_INVALID', 'ENVELOPE_INVALID'])
  expect(textsIn(chat)).toEqual(['after them'])
})
