import {
  createCipheriv,
  generateKeyPairSync,
  type KeyObject,
  publicEncrypt,
  randomBytes,
  sign,
} from 'node:crypto'
import {
  type ChatStatement,
  chatMessageForms,
  envelopeForms,
  FormRefusal,
  keyEntryForms,
  readChatMessage,
  readChatProof,
  readEnvelope,
  readKeyEntry,
  readMoment,
  readRecentMoment,
  readRoomContent,
  signatureForms,
  signatureTypes,
  signedContent,
} from '@sotto/protocol'
import { CompactEncrypt, FlattenedEncrypt, GeneralEncrypt, type JWK } from 'jose'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PublicKeys, uploadOf } from '../src/keys.ts'
import {
  makeIdentity,
  makeSharedKey,
  openFromChat,
  openFromRoom,
  readPublicKeys,
  unseal,
  unsealKey,
  usable,
  verifyProof,
} from './onWeb.ts'

const said = 'exit: "quotes" and é🙂'
const bytes = new TextEncoder().encode(said)
const textOf = (opened: Uint8Array): string => Buffer.from(opened).toString()

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'accepted'
  } catch (error) {
    return error instanceof FormRefusal ? error.code : String(error)
  }
}

const gcm = (key: Uint8Array, aad: string, iv = randomBytes(12), text: Uint8Array = bytes) => {
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(aad))
  const sealed = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()])
  return { iv: new Uint8Array(iv), sealed: new Uint8Array(sealed) }
}

const kinds = ['P-256', 'RSA-3072'] as const
const holders = await Promise.all(
  kinds.map(async (kind) => {
    const identity = await makeIdentity(kind)
    return { kind, identity, keys: await readPublicKeys(uploadOf(identity)) }
  }),
)

const algorithmOf = ({ receiving }: PublicKeys): string =>
  receiving['kty'] === 'RSA' ? 'RSA-OAEP-256' : 'ECDH-ES+A256KW'

const oaep = (jwk: JWK, key: Uint8Array): string =>
  publicEncrypt({ key: jwk as never, format: 'jwk', oaepHash: 'sha256' } as never, key).toString('base64')

/** One writer for each row of the table: what a stranger's library makes of it. */
const envelopeWriters: Readonly<Record<string, (keys: PublicKeys, enc: string) => Promise<unknown>>> = {
  compact: async (keys, enc) =>
    new CompactEncrypt(bytes)
      .setProtectedHeader({ alg: algorithmOf(keys), enc })
      .encrypt(await usable(keys.receiving, algorithmOf(keys))),
  flattened: async (keys, enc) =>
    new FlattenedEncrypt(bytes)
      .setProtectedHeader({ enc, cty: 'text' })
      .setUnprotectedHeader({ alg: algorithmOf(keys) })
      .setAdditionalAuthenticatedData(new TextEncoder().encode('beside'))
      .encrypt(await usable(keys.receiving, algorithmOf(keys))),
  general: async (keys, enc) => {
    const jwe = new GeneralEncrypt(bytes).setProtectedHeader({ enc })
    for (const one of [...holders.map((holder) => holder.keys), keys])
      jwe
        .addRecipient(await usable(one.receiving, algorithmOf(one)))
        .setUnprotectedHeader({ alg: algorithmOf(one), kid: one.fingerprint })
    return jwe.encrypt()
  },
  fields: async (keys) => {
    const key = randomBytes(32)
    const { iv, sealed } = gcm(key, '')
    return {
      encrypted_data: Buffer.from(sealed).toString('base64'),
      encrypted_key: oaep(keys.receiving, key),
      iv: Buffer.from(iv).toString('base64'),
    }
  },
}

describe('an envelope: what the server takes, the reader opens', () => {
  const rows = envelopeForms.flatMap(({ name }) =>
    holders.flatMap(({ kind, identity, keys }) =>
      (name === 'fields' ? ['A256GCM'] : ['A256GCM', 'A256CBC-HS512']).flatMap((enc) =>
        name === 'fields' && kind === 'P-256' ? [] : [{ name, kind, identity, keys, enc }],
      ),
    ),
  )
  it.each(rows)('$name, $kind, $enc', async ({ name, identity, keys, enc }) => {
    const envelope = await envelopeWriters[name]?.(keys, enc)
    const spellings = typeof envelope === 'string' ? [envelope] : [envelope, JSON.stringify(envelope)]
    for (const one of spellings) {
      readEnvelope(one)
      expect(textOf(await unseal(one, identity, 'bob'))).toBe(said)
    }
  })

  it('has a writer for each row', () => {
    expect(Object.keys(envelopeWriters).toSorted()).toEqual(envelopeForms.map(({ name }) => name).toSorted())
  })

  it('as an entry of keys may be nothing but the key', async () => {
    const [, { identity, keys } = holders[0] ?? expect.fail()] = holders
    const key = randomBytes(32)
    const bare = oaep(keys.receiving, key)
    expect(keyEntryForms.map(({ name }) => name)).toEqual(['bare', ...envelopeForms.map(({ name }) => name)])
    readKeyEntry(bare)
    expect(Buffer.from(await unsealKey(bare, identity, 'bob'))).toEqual(key)
    expect(codeOf(() => readEnvelope(bare))).toBe('PAYLOAD_INVALID')
    expect(codeOf(() => readKeyEntry('AAAA'))).toBe('PAYLOAD_INVALID')
  })
})

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const chatKey = makeSharedKey(['alice', 'bob'])
const rawKey = Buffer.from(chatKey.key, 'base64url')

describe('a message of a chat: what the server takes, the reader opens', () => {
  it.each(chatMessageForms)('$name', async ({ aad, write }) => {
    const message = write(gcm(rawKey, aad))
    const spellings = typeof message === 'string' ? [message] : [message, JSON.stringify(message)]
    for (const one of spellings) {
      readChatMessage(one)
      expect(await openFromChat(one, [makeSharedKey(['bob']), chatKey])).toBe(said)
    }
  })

  it('joined, in the other alphabet, and direct with labels', async () => {
    const { iv, sealed } = gcm(rawKey, '')
    const urlSafe = Buffer.concat([iv, sealed]).toString('base64url')
    readChatMessage(urlSafe)
    expect(await openFromChat(urlSafe, [chatKey])).toBe(said)
    const header = encoded({ alg: 'dir', enc: 'A256GCM', kid: 'chat', typ: 'JWE' })
    const one = gcm(rawKey, header)
    const [tag, text] = [one.sealed.subarray(-16), one.sealed.subarray(0, -16)]
    const jwe = [header, '', ...[one.iv, text, tag].map((part) => Buffer.from(part).toString('base64url'))]
    expect(await openFromChat(jwe.join('.'), [chatKey])).toBe(said)
  })

  const { iv, sealed } = gcm(rawKey, '')
  const [data, nonce] = [Buffer.from(sealed).toString('base64'), Buffer.from(iv).toString('base64')]
  const direct = (header: object, key = ''): string =>
    [encoded(header), key, Buffer.from(iv).toString('base64url'), 'AAAA', 'A'.repeat(22)].join('.')
  const good = { alg: 'dir', enc: 'A256GCM' }

  it.each<readonly [string, unknown, string]>([
    ['plaintext', { text: said }, 'PLAINTEXT_REFUSED'],
    ['plaintext beside it', { encrypted_data: data, iv: nonce, text: said }, 'PLAINTEXT_REFUSED'],
    ['a member more', { encrypted_data: data, iv: nonce, tag: '' }, 'PAYLOAD_INVALID'],
    ['no iv', { encrypted_data: data }, 'PAYLOAD_INVALID'],
    [
      'an iv of a block cipher',
      { encrypted_data: data, iv: Buffer.alloc(16).toString('base64') },
      'UNAUTHENTICATED_ENCRYPTION',
    ],
    ['fields in base64url', { encrypted_data: '_____w', iv: nonce }, 'PAYLOAD_INVALID'],
    ['no tag', { encrypted_data: 'AAAA', iv: nonce }, 'UNAUTHENTICATED_ENCRYPTION'],
    ['joined without a tag', 'AAAA', 'UNAUTHENTICATED_ENCRYPTION'],
    ['text', said, 'PAYLOAD_INVALID'],
    ['a key of 512 bits', direct({ alg: 'dir', enc: 'A256CBC-HS512' }), 'PAYLOAD_INVALID'],
    ['a key of 128 bits', direct({ alg: 'dir', enc: 'A128GCM' }), 'PAYLOAD_INVALID'],
    ['a block cipher', direct({ alg: 'dir', enc: 'A256CBC' }), 'UNAUTHENTICATED_ENCRYPTION'],
    ['an envelope', direct({ alg: 'RSA-OAEP-256', enc: 'A256GCM' }), 'PAYLOAD_INVALID'],
    ['a withdrawn algorithm', direct({ alg: 'RSA1_5', enc: 'A256GCM' }), 'ALG_WITHDRAWN'],
    ['a wrapped key beside dir', direct(good, 'AAAA'), 'PAYLOAD_INVALID'],
    ['crit', direct({ ...good, crit: ['b64'], b64: false }), 'PAYLOAD_INVALID'],
    ['zip', direct({ ...good, zip: 'DEF' }), 'PAYLOAD_INVALID'],
    ['an ephemeral key', direct({ ...good, epk: {} }), 'PAYLOAD_INVALID'],
    ['a number', 7, 'PAYLOAD_INVALID'],
    ['a list', [data], 'PAYLOAD_INVALID'],
    ['nothing', null, 'PAYLOAD_INVALID'],
  ])('both refuse: %s', async (_what, message, code) => {
    expect(codeOf(() => readChatMessage(message))).toBe(code)
    await expect(openFromChat(message, [chatKey])).rejects.toMatchObject({ code: 'ENVELOPE_INVALID' })
  })
})

describe('the content of a room: what the server takes, the reader opens', () => {
  const { iv, sealed } = gcm(rawKey, '')
  const array = (value: Uint8Array, between: string): string => `[${[...value].join(between)}]`

  it.each([',', ', '])('with %j between bytes', async (between) => {
    const [content, nonce] = [array(sealed, between), array(iv, between)]
    readRoomContent(content, nonce)
    expect(await openFromRoom(content, nonce, [chatKey])).toBe(said)
  })

  it.each([
    [array(sealed, ', '), array(iv.subarray(1), ',')],
    [array(sealed.subarray(0, 15), ','), array(iv, ',')],
    [array(sealed, ',').replace('[', '[0'), array(iv, ',')],
    [Buffer.from(sealed).toString('base64'), array(iv, ',')],
    [[...sealed], [...iv]],
  ])('both refuse %j', async (content, nonce) => {
    expect(codeOf(() => readRoomContent(content, nonce))).not.toBe('accepted')
    await expect(openFromRoom(content, nonce, [chatKey])).rejects.toMatchObject({ code: 'ENVELOPE_INVALID' })
  })
})

const pairs = {
  PS256: generateKeyPairSync('rsa', { modulusLength: 3072 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
} as const
const receiver = pairs.ES256.publicKey.export({ format: 'jwk' })
const signerKeys = await readPublicKeys({
  keys: [receiver, ...[pairs.PS256, pairs.EdDSA].map(({ publicKey }) => publicKey.export({ format: 'jwk' }))],
})

const signedBy = (alg: keyof typeof pairs, content: string): string => {
  const key: KeyObject = pairs[alg].privateKey
  const made =
    alg === 'PS256'
      ? sign('sha256', Buffer.from(content), { key, padding: 6, saltLength: 32 })
      : sign(alg === 'ES256' ? 'sha256' : null, Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' })
  return made.toString('base64url')
}

const signatureWriters: Readonly<Record<string, (alg: keyof typeof pairs, content: string) => string>> = {
  detached: (alg, content) => {
    const [header, payload] = [encoded({ alg }), Buffer.from(content).toString('base64url')]
    return `${header}..${signedBy(alg, `${header}.${payload}`)}`
  },
  whole: (alg, content) => {
    const input = `${encoded({ alg })}.${Buffer.from(content).toString('base64url')}`
    return `${input}.${signedBy(alg, input)}`
  },
  bare: (alg, content) => Buffer.from(signedBy(alg, content), 'base64url').toString('base64'),
}

describe('a signature beside a message: what the server takes, the reader verifies', () => {
  const statement: ChatStatement = {
    chat: '0'.repeat(32),
    sender: 'alice',
    timestamp: '2026-11-30T18:05:00Z',
    message: chatMessageForms[1]?.write(gcm(rawKey, '')),
  }
  const rows = signatureForms.flatMap(({ name }) =>
    Object.entries(signatureTypes).map(([type, alg]) => ({ name, type, alg })),
  )
  it.each(rows)('$name, $type', async ({ name, type, alg }) => {
    const signature = signatureWriters[name]?.(alg, signedContent(statement)) ?? ''
    await verifyProof(readChatProof(signature, type, statement), signerKeys)
    for (const changed of [{ timestamp: '2026-11-30T18:05:01Z' }, { sender: 'eve' }, { message: 'other' }]) {
      const other = { ...statement, ...changed }
      // The whole payload stands beside it, so the server sees already that it is of another message.
      if (name === 'whole')
        expect(codeOf(() => readChatProof(signature, type, other))).toBe('PAYLOAD_INVALID')
      else
        await expect(verifyProof(readChatProof(signature, type, other), signerKeys)).rejects.toMatchObject({
          code: 'PROOF_INVALID',
        })
    }
  })

  const content = signedContent(statement)
  it.each([
    [
      'another algorithm than the type says',
      signatureWriters['detached']?.('EdDSA', content),
      'ECDSA',
      'PAYLOAD_INVALID',
    ],
    ['DSA', 'AAAA', 'DSA', 'ALG_WITHDRAWN'],
    ['RS256', 'AAAA', 'RS256', 'ALG_WITHDRAWN'],
    ['PS512', 'AAAA', 'PS512', 'PAYLOAD_INVALID'],
    ['a name of all objects', 'AAAA', 'toString', 'PAYLOAD_INVALID'],
    [
      'DER',
      sign('sha256', Buffer.from(content), pairs.ES256.privateKey).toString('base64'),
      'ECDSA',
      'PAYLOAD_INVALID',
    ],
    ['none', `${encoded({ alg: 'none' })}..`, 'RSA', 'ALG_WITHDRAWN'],
    [
      'crit',
      `${encoded({ alg: 'ES256', crit: ['b64'], b64: false })}..${'A'.repeat(86)}`,
      'ES256',
      'PAYLOAD_INVALID',
    ],
    ['two parts', 'AAAA.AAAA', 'ES256', 'PAYLOAD_INVALID'],
    ['nothing', '', 'ES256', 'PAYLOAD_INVALID'],
  ])('both refuse: %s', (_what, signature, type, code) => {
    expect(codeOf(() => readChatProof(String(signature), type, statement))).toBe(code)
  })

  it('is by no key that is for something else', async () => {
    const keys = await readPublicKeys({ keys: [{ ...receiver, use: 'enc' }] })
    const proof = readChatProof(signatureWriters['bare']?.('ES256', content) ?? '', 'ES256', statement)
    await expect(verifyProof(proof, keys)).rejects.toMatchObject({ code: 'PROOF_INVALID' })
    expect((await readPublicKeys({ keys: [{ ...receiver, key_ops: [] }] })).verifying).toEqual([])
  })
})

describe('the moment that a sender writes', () => {
  it.each([
    ['2026-11-30T18:05:00Z', '2026-11-30T18:05:00.000Z'],
    ['2026-11-30T18:05:00.123456789Z', '2026-11-30T18:05:00.123Z'],
    ['2026-11-30T18:05:00.5+05:30', '2026-11-30T12:35:00.500Z'],
    ['2024-02-29T00:00:00-00:00', '2024-02-29T00:00:00.000Z'],
  ])('is RFC 3339: %s', (text, same) => {
    expect(readMoment(text)).toBe(Date.parse(same))
  })

  it('is the one that the platform reads', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (date) => {
          expect(readMoment(date.toISOString())).toBe(date.getTime())
        },
      ),
    )
  })

  it.each([
    'now',
    '',
    '2026-11-30',
    '2026-11-30T18:05Z',
    '2026-11-30 18:05:00Z',
    '2026-11-30T18:05:00',
    '2026-02-30T00:00:00Z',
    '2026-11-30T24:00:00Z',
    '2026-11-30T23:59:60Z',
    '2026-13-01T00:00:00Z',
    '+002026-11-30T18:05:00Z',
    'Mon, 30 Nov 2026',
    '2026-11-30T18:05:00.Z',
    '2026-11-30T18:05:00.1234567890Z',
    '2026-11-30T18:05:00z',
    '2026-11-30T18:05:00+99:99',
    1_790_000_000_000,
    null,
  ])('is nothing else: %j', (text) => {
    expect(codeOf(() => readMoment(text))).toBe('PAYLOAD_INVALID')
  })

  it('lies near that of the server', () => {
    const nowMs = Date.parse('2026-11-30T18:05:00Z')
    for (const near of ['2026-11-29T18:05:00Z', '2026-12-01T18:05:00Z']) readRecentMoment(near, nowMs)
    for (const far of [
      '2026-11-29T18:04:59Z',
      '2026-12-01T18:05:01Z',
      '1970-01-01T00:00:00Z',
      '9999-12-31T23:59:59Z',
    ])
      expect(codeOf(() => readRecentMoment(far, nowMs))).toBe('PAYLOAD_INVALID')
  })
})
