import {
  type Acknowledgement,
  decodeAs,
  decodeCanonical,
  decodeClientFrame,
  decodeCommitAttachment,
  decodeEntry,
  decodeEnvelope,
  decodeLoggedNack,
  decodeLoggedPost,
  decodeServerFrame,
  encodeAs,
  encodeCanonical,
  encodeClientFrame,
  encodeCommitAttachment,
  encodeEntry,
  encodeEnvelope,
  encodeLoggedNack,
  encodeLoggedPost,
  encodeServerFrame,
  FormRefusal,
  fromBase64url,
  type HookRead,
  idParam,
  lookOf,
  newAccountName,
  normalizeName,
  operations,
  judgeKeys,
  parseCanonicalJson,
  parseStrictJson,
  readChatMessage,
  readChatProof,
  readKeyEntry,
  readMoment,
  readRoomContent,
  readSealedPost,
  type Shape,
  SottoError,
  textParam,
  titleFor,
  toBase64url,
  uintParam,
  utf8Text,
} from '@sotto/protocol'
import type { Target } from '../target.ts'

const filled = (length: number, value = 7): Uint8Array => new Uint8Array(length).fill(value)
const utf8 = new TextEncoder()
const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export const isSottoError = (error: unknown): boolean =>
  error instanceof SottoError && error.code !== 'internal'

const [room, hash, message, signature] = [filled(16), filled(32), filled(16), filled(64)]
const ack: Acknowledgement = { room, seq: 70_000, hash, timeMs: 1_800_000_000_000, signature }

const entry = encodeEntry({
  version: 1,
  room,
  seq: 4,
  previousHash: hash,
  kind: 3,
  epoch: 2,
  senderTag: hash,
  payloadHash: hash,
  auxHash: null,
  timeMs: 1_800_000_000_000,
})
const logged = { entry, payload: filled(40), aux: null }

const target = <T>(
  name: string,
  read: (bytes: Uint8Array) => T,
  write: ((value: T) => Uint8Array) | undefined,
  seeds: readonly Uint8Array[],
): Target => ({
  name: `protocol/${name}`,
  seeds: () => Promise.resolve(seeds),
  read,
  ...(write ? { write } : {}),
  isRefusal: isSottoError,
})

const values = [
  encodeCanonical([1, -1, 'text', filled(3), true, null, [[]], { a: 1, bb: [2] }]),
  encodeCanonical([2 ** 53 - 1, -(2 ** 53 - 1), 2n ** 64n - 1n, 24, 256, 65_536, 2 ** 32]),
  encodeCanonical({ t: 'text', salt: filled(16), ts: 5, md: 'words 🐦' }),
]

/** Something that each shape takes, as far as that can be made without knowing what it is for. */
const sample = (shape: Shape<unknown>, tries: readonly unknown[]): readonly Uint8Array[] =>
  tries.flatMap((value) => {
    try {
      const bytes = encodeCanonical(value as never)
      shape.read(decodeCanonical(bytes), 'sample')
      return [bytes]
    } catch {
      return []
    }
  })

const bare = [room, 70_000, hash, 1_800_000_000_000, signature]
const page = [[[entry, filled(40), null]], bare, bare]
const session = [filled(32), room, 'alice', 5]
const link = [filled(90), [signature, signature]]

/** Bodies and answers, in the form in which they travel. */
const samples: readonly unknown[] = [
  [],
  [1],
  ['alice', filled(32)],
  [filled(40)],
  [message, 'alice', filled(40), link, filled(90)],
  ['token', session],
  [filled(40), filled(40)],
  [filled(16), filled(40), null],
  [filled(16), filled(40), [filled(32), room, signature]],
  session,
  [session],
  ['sotto/1', filled(32), 5],
  [filled(32), 3, hash],
  [[link], signature],
  [[hash]],
  [[3, null]],
  [link],
  [3, hash],
  [[filled(40)], filled(40), false],
  [[filled(40)], null, true],
  [3, true],
  [room, filled(32)],
  [[[room, filled(40), false]]],
  [3, filled(90)],
  [room, filled(40), filled(40), filled(9)],
  [bare],
  [[[room, 3, bare]]],
  [filled(40), null],
  [filled(40), filled(20)],
  [3, 'C3a', message, signature],
  page,
  [page[0], bare, null],
  [page[0], bare, [filled(40), filled(20)]],
  [filled(90)],
  [3, message],
  [[[room, 4, hash, 2, filled(32), filled(50), filled(48), filled(30), 9]]],
  [4, 'joined'],
  [[[room, 4]], 1],
  [[room, 'General', 1_800_000_000_000, 3], null],
  [[[filled(32), 'alice']]],
  [1, ['A'.repeat(43)], 'a.b.c', hash],
  ['CI', ['read', 'send'], 30],
  [7, 'a token', 1_800_000_000_000],
  [[[7, 'CI', ['read'], 1_700_000_000_000, 1_800_000_000_000]]],
  ['invite'],
  ['alice', filled(32), [filled(32), room, signature]],
  [filled(16), 'chat.example.org'],
  [filled(32), 'chat.example.org'],
  [filled(32), hash],
  [true, signature],
  [[room]],
  [signature],
  [[[filled(32), 3]]],
  [[[[link], signature], null]],
  [true],
]

const shapes: readonly Target[] = Object.values(operations).flatMap((operation) =>
  (['body', 'output'] as const).map((part) => {
    const shape = operation[part] as Shape<unknown>
    return target(
      `${operation.name} ${part}`,
      (bytes) => decodeAs(shape, bytes),
      (value) => encodeAs(shape, value),
      [...sample(shape, samples), ...values],
    )
  }),
)

/** Forms of the open lane as texts: objects may come so, too. */
const openForm = (name: string, read: (value: unknown) => unknown, seeds: readonly unknown[]): Target => ({
  name: `open lane: ${name}`,
  seeds: async () => seeds.map((seed) => utf8.encode(typeof seed === 'string' ? seed : JSON.stringify(seed))),
  read: (bytes) => read(utf8Text(bytes)),
  isRefusal: (error) => error instanceof FormRefusal || isSottoError(error),
})

const [iv64, data64] = ['AAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAA']
const dirHeader = 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0'
const oaepHeader = 'eyJhbGciOiJSU0EtT0FFUC0yNTYiLCJlbmMiOiJBMjU2R0NNIn0'
const tag64 = 'A'.repeat(22)
const wrapped64 = 'A'.repeat(512)
const statement = {
  chat: '0'.repeat(32),
  sender: 'alice',
  timestamp: '2026-11-30T18:05:00Z',
  message: data64,
}

const openForms: readonly Target[] = [
  openForm('message of a chat', readChatMessage, [
    `${dirHeader}..${iv64}.AAAA.${tag64}`,
    { encrypted_data: data64, iv: iv64 },
    'A'.repeat(44),
  ]),
  openForm('entry of keys', readKeyEntry, [
    `${oaepHeader}.${wrapped64}.${iv64}.AAAA.${tag64}`,
    {
      protected: oaepHeader,
      recipients: [{ encrypted_key: wrapped64 }],
      iv: iv64,
      ciphertext: 'AAAA',
      tag: tag64,
    },
    { encrypted_data: data64, encrypted_key: wrapped64, iv: iv64 },
    wrapped64,
  ]),
  openForm('signature', (value) => readChatProof(String(value), 'ES256', statement), [
    `eyJhbGciOiJFUzI1NiJ9..${'A'.repeat(86)}`,
    'A'.repeat(86),
  ]),
  openForm('public key', (value) => judgeKeys(parseStrictJson(String(value))), [
    // RFC 7517 appendix A.1
    {
      kty: 'EC',
      crv: 'P-256',
      x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
      y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
      use: 'enc',
      kid: '1',
    },
  ]),
  openForm('content of a room', (value) => readRoomContent(value, `[${'1,'.repeat(11)}1]`), [
    `[${'1, '.repeat(15)}255]`,
  ]),
  openForm('moment', readMoment, ['2026-11-30T18:05:00.250Z', '2026-11-30T18:05:00+05:30']),
]

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** A post that has the form of one, and opens for nobody. */
const post = [
  Buffer.from(
    JSON.stringify({
      alg: 'RSA-OAEP-256',
      enc: 'A256GCM',
      kid: 'A'.repeat(43),
      typ: 'hook+jwe',
      cty: 'hook+jws',
    }),
  ),
  filled(384),
  filled(12),
  filled(30),
  filled(16),
]
  .map(toBase64url)
  .join('.')

/** A reader that says what is wrong refuses like one that throws. */
const understoodOr = <T>(result: HookRead<T>): T => {
  if (result.kind === 'refused') throw new SottoError('bad_request', result.fault)
  return result.value
}

const params: readonly Target[] = [
  target(
    'id in a path',
    (bytes) => idParam(16).parse(text.decode(bytes)),
    (id) => utf8.encode(idParam(16).print(id)),
    [utf8.encode('00ff'.repeat(8))],
  ),
  target(
    'number in a query',
    (bytes) => uintParam.parse(text.decode(bytes)),
    (n) => utf8.encode(uintParam.print(n)),
    [utf8.encode('0'), utf8.encode('9007199254740991')],
  ),
  target(
    'text in a path',
    (bytes) => textParam(64).parse(text.decode(bytes)),
    (t) => utf8.encode(textParam(64).print(t)),
    [utf8.encode('alice')],
  ),
  target(
    'name',
    (bytes) => normalizeName(text.decode(bytes)),
    undefined,
    ['alice', 'Ålesund', 'мария', '王さん'].map((name) => utf8.encode(name)),
  ),
  target(
    'name that is wanted',
    (bytes) => newAccountName(text.decode(bytes)),
    undefined,
    ['alice', 'सुनीता', 'ローラ', 'علی\u200cرضا', 'a1ice'].map((name) => utf8.encode(name)),
  ),
  target(
    'look of a name',
    (bytes) => lookOf(text.decode(bytes)),
    undefined,
    ['alice', 'modem', 'аӏісе', 'γιώργος'].map((name) => utf8.encode(name)),
  ),
  target(
    'title',
    (bytes) => titleFor(text.decode(bytes), 80),
    undefined,
    ['™ news', '👨\u200d👩\u200d👧\u200d👦', 'శ్రీ\u200cనివాస', 'a\u202eb'].map((title) => utf8.encode(title)),
  ),
].map((one) => ({
  ...one,
  // Paths are text before they are read.
  isRefusal: (error: unknown) => isSottoError(error) || error instanceof TypeError,
}))

export const protocolTargets: readonly Target[] = [
  target('cbor', decodeCanonical, encodeCanonical, values),
  target('client frame', decodeClientFrame, encodeClientFrame, [
    encodeClientFrame({ kind: 'hello', token: 'token' }),
    encodeClientFrame({ kind: 'submit', requestId: 1, room, message: filled(9), aux: filled(4) }),
    encodeClientFrame({ kind: 'ping', nonce: 3 }),
  ]),
  target('server frame', decodeServerFrame, encodeServerFrame, [
    encodeServerFrame({ kind: 'ready', account: hash, device: room, timeMs: 5, heads: [ack], welcomes: 1 }),
    encodeServerFrame({ kind: 'ack', requestId: 1, ack }),
    encodeServerFrame({ kind: 'refused', requestId: null, code: 'policy', detail: '{"rule":"C3a"}' }),
    encodeServerFrame({ kind: 'entries', room, messages: [logged], ack }),
    encodeServerFrame({ kind: 'behind', room, head: 4 }),
    encodeServerFrame({ kind: 'welcome', room }),
    encodeServerFrame({ kind: 'chain', account: hash, seq: 7 }),
    encodeServerFrame({ kind: 'closing', reason: 'too_many' }),
  ]),
  target('log entry', decodeEntry, encodeEntry, [entry]),
  target('envelope', decodeEnvelope, encodeEnvelope, [
    encodeEnvelope({
      version: 1,
      room,
      kind: 1,
      messageId: message,
      sendCounter: 300,
      anchorSeq: 20,
      anchorHash: filled(16),
      archiveHash: hash,
      expiryClass: 3,
      extension: filled(70),
    }),
  ]),
  target('nack', decodeLoggedNack, encodeLoggedNack, [
    encodeLoggedNack({ account: hash, device: room, seq: 3, rule: 'C3a', messageId: message, signature }),
  ]),
  target('commit attachment', decodeCommitAttachment, encodeCommitAttachment, [
    encodeCommitAttachment({ groupInfo: filled(99), welcome: filled(300), meta: filled(60) }),
    encodeCommitAttachment({ groupInfo: filled(9), welcome: null, meta: null }),
  ]),
  target('logged post', decodeLoggedPost, encodeLoggedPost, [
    encodeLoggedPost({ version: 1, hook: room, jwe: post }),
  ]),
  target(
    'sealed post',
    (bytes) => understoodOr(readSealedPost(latin1(bytes))),
    undefined,
    [post, post.replace('.', '..')].map((one) => utf8.encode(one)),
  ),
  target(
    'base64url',
    (bytes) => fromBase64url(latin1(bytes)),
    (value) => utf8.encode(toBase64url(value)),
    ['', 'AA', 'AAA', 'AAAA', 'Zm9vYg', '-_-_'].map((one) => utf8.encode(one)),
  ),
  target(
    'UTF-8',
    utf8Text,
    (value) => utf8.encode(value),
    ['a%b', 'é🙂', '\u0000'].map((one) => utf8.encode(one)),
  ),
  target('strict JSON', (bytes) => parseStrictJson(utf8Text(bytes)), undefined, [
    utf8.encode('{"a":[1,{"b":null,"c":"\\u0061\\""}],"d":1e3}'),
  ]),
  target(
    'canonical JSON',
    (bytes) => parseCanonicalJson(utf8Text(bytes)),
    (value) => utf8.encode(JSON.stringify(value)),
    [utf8.encode('{"alg":"dir","enc":"A256GCM","b":[1,null]}')],
  ),
  ...openForms,
  ...shapes,
  ...params,
]
