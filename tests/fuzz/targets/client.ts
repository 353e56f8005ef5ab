import { joseLibrary } from '@sotto/client/node'
import { encodeCanonical, SottoError } from '@sotto/protocol'
import { textDraft } from '../../../packages/client/src/draft/draft.ts'
import { keyOfCard } from '../../../packages/client/src/hook/card.ts'
import { keyPairIn } from '../../../packages/client/src/hook/keyPair.ts'
import { decodeHookState, encodeHookState, type HookState } from '../../../packages/client/src/hook/keys.ts'
import { claimsOf, readSignedPost } from '../../../packages/client/src/hook/post.ts'
import { publicHalf } from '../../../packages/client/src/hook/publicKey.ts'
import { decodeShare, encodeShare, type Share } from '../../../packages/client/src/hook/share.ts'
import { readStatement, signStatement } from '../../../packages/client/src/hook/statement.ts'
import { encodeCommands } from '../../../packages/client/src/content/botCommands/botCommands.ts'
import { decodeContent, readContent } from '../../../packages/client/src/content/content.ts'
import { encodeReact } from '../../../packages/client/src/content/react/react.ts'
import { encodeText } from '../../../packages/client/src/content/text/text.ts'
import {
  makeMeta,
  nameOf,
  openMeta,
  hashOfMeta,
  sealMeta,
} from '../../../packages/client/src/content/meta.ts'
import { pad, unpad } from '../../../packages/client/src/content/padding.ts'
import { decodePayload, encodePayload } from '../../../packages/client/src/content/payload.ts'
import { readRow, roomChanges } from '../../../packages/client/src/room/rows.ts'
import { emptyRoom, type RoomState } from '../../../packages/client/src/room/state.ts'
import { open, seal } from '../../../packages/client/src/seal/index.ts'
import { me, parseSlash, shrug } from '../../../packages/client/src/slash/index.ts'
import { decodeLogRecord, encodeLogRecord } from '../../../packages/client/src/timeline/record.ts'
import type { Target } from '../target.ts'
import { provider, world } from './group.ts'
import { isSottoError } from './protocol.ts'

const key = new Uint8Array(32).fill(9)
const [salt, room] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)]
const meta = makeMeta('General', salt)
const expected = hashOfMeta(meta)

const target = (
  name: string,
  seeds: () => Promise<readonly Uint8Array[]> | readonly Uint8Array[],
  read: Target['read'],
  write?: Target['write'],
): Target => ({
  name: `client/${name}`,
  seeds: async () => seeds(),
  read,
  ...(write ? { write } : {}),
  isRefusal: isSottoError,
})

const content = encodeText('hello **world**', salt, 5)
const record = encodeLogRecord({
  anchor: salt,
  timeMs: 5,
  items: [
    { kind: 'event', actor: new Uint8Array(32), event: { kind: 'added', account: new Uint8Array(32) } },
    { kind: 'message', message: salt, device: room, account: new Uint8Array(32), said: readContent(content) },
    { kind: 'unreadable' },
  ],
})

/** A room with something in each of its parts. */
const fullRoom = async (): Promise<RoomState> => {
  const empty = emptyRoom(room, { kind: 'active' })
  const hash = new Uint8Array(32)
  return {
    ...empty,
    observed: (await world()).group.public,
    intents: [{ kind: 'refresh', id: 'refresh' }],
    hooks: [waiting],
    metaKeys: [{ epoch: 2, key: hash }],
    draft: textDraft('not said yet'),
    pending: {
      kind: 'commit',
      counter: 4,
      message: content,
      messageHash: hash,
      attachment: content,
      epoch: 2,
      intents: ['refresh'],
      events: [{ kind: 'event', actor: hash, event: { kind: 'left' } }],
      meta: null,
      staged: null,
    },
    offers: [{ account: hash, commands: [{ name: 'remind', summary: 'remind you' }] }],
    outbox: [
      {
        order: 3,
        message: salt,
        content,
        composedMs: 5,
        stage: { kind: 'encrypted', epoch: 2, counter: 4, bytes: content },
        hashes: [hash],
      },
    ],
  }
}

const rowOfFolder: Readonly<Record<string, string>> = { outbox: 'outboxItem', observed: 'observed' }

const rowOfKey: Readonly<Record<string, string>> = {
  metakeys: 'metaKeys',
  face: 'summary',
  charter: 'lastPolicy',
}

/** As it is written; the rows of the outbox have a number for a name. */
const rows = async (): Promise<readonly (readonly [string, Uint8Array])[]> =>
  roomChanges(null, await fullRoom()).flatMap((change): readonly (readonly [string, Uint8Array])[] => {
    if (change.kind !== 'put') return []
    const [folder = '', , row = ''] = change.key.split('/')
    return [[rowOfFolder[folder] ?? rowOfKey[row] ?? row, change.value]]
  })

const rowTargets: readonly Target[] = Object.entries(readRow).map(([name, read]) =>
  target(
    `row ${name}`,
    async () => (await rows()).flatMap(([row, bytes]) => (row === name ? [bytes] : [])),
    read as (bytes: Uint8Array) => unknown,
  ),
)

const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))

/** The key of RFC 7517, appendix A.2. */
const ecKey = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
  d: '870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE',
}
const publicText = JSON.stringify({ crv: ecKey.crv, kty: ecKey.kty, x: ecKey.x, y: ecKey.y })

const card = { name: 'Deploys', salt, script: ascii(publicText), reader: null }
const share: Share = {
  hook: room,
  card,
  statement: 'a.b.c',
  ec: ascii(JSON.stringify(ecKey)),
  rsa: ascii('{}'),
  isNew: true,
  anchors: [{ device: room, kemOutput: salt, ciphertext: salt }],
}
const waiting: HookState = {
  hook: room,
  card,
  anchor: ascii(JSON.stringify(ecKey)),
  generations: [],
  next: null,
  isStale: true,
  isAwaited: false,
  isUnpublished: false,
  tokenHash: key,
  telling: salt,
  used: [{ id: salt, timeMs: 5 }],
  handedSeq: 7,
}

const signedPost = async (): Promise<Uint8Array> => {
  const claims = { iss: '00', aud: '00', iat: 1, exp: 2, jti: 'x', body: 'words' }
  const header = { alg: 'ES256', kid: 'A'.repeat(43), typ: 'hook+jws' } as const
  return ascii(await joseLibrary.sign(ecKey, header, ascii(JSON.stringify(claims))))
}

const statement = async (): Promise<string> => {
  const [anchor, ec] = [keyPairIn(ascii(JSON.stringify(ecKey))), await joseLibrary.generate('ECDH-ES+A256KW')]
  const rsa = await joseLibrary.generate('RSA-OAEP-256')
  const [ecPublic, rsaPublic] = [publicHalf(ec.publicKey), publicHalf(rsa.publicKey)]
  if (!anchor || !ecPublic || !rsaPublic) throw new Error('no keys')
  const said = { hook: room, generation: 1, ec: ecPublic, rsa: rsaPublic, notBeforeS: 1, expiresS: 2 }
  return signStatement(joseLibrary, anchor, said)
}
const commands = [{ name: 'remind', summary: 'remind you: /remind 10m tea' }] as const
const encoder = new TextEncoder()

const long = new Uint8Array(40_000).fill(3)

export const clientTargets: readonly Target[] = [
  target(
    'content',
    () => [
      content,
      encodeCommands(commands, salt, 1),
      encodeReact({ reference: new Uint8Array(32), emoji: '👩🏽‍🚀', isOn: true }, salt, 1),
      encodeCanonical({ t: 'later', salt, ts: 1, x: [1] }),
    ],
    decodeContent,
  ),
  target('padding', () => [pad(content), pad(new Uint8Array(9000))], unpad, pad),
  target('payload', () => [encodePayload(content)], decodePayload, encodePayload),
  target('log record', () => [record], decodeLogRecord, encodeLogRecord),
  target(
    'sealed',
    async () => [await seal(provider, key, 'x', null, content), await seal(provider, key, 'x', null, long)],
    (bytes) => open(provider, key, 'x', null, bytes),
  ),
  target(
    'sealed metadata',
    async () => [await sealMeta(provider, key, room, 3, meta)],
    async (bytes) => nameOf(await openMeta(provider, key, room, 3, bytes, expected)),
  ),
  // What a member has sealed is whatever that member likes.
  target(
    'metadata by a member',
    () => [meta.bytes, encodeCanonical({ name: 'x'.repeat(90), more: [1] })],
    (bytes) => nameOf({ salt, bytes }),
  ),
  target('keys of a hook', () => [encodeShare(share)], decodeShare, encodeShare),
  target('hook that waits', () => [encodeHookState(waiting)], decodeHookState, encodeHookState),
  target(
    'words of a script',
    async () => [await signedPost()],
    (bytes) => {
      const read = readSignedPost(bytes)
      if (read.kind === 'refused') throw new SottoError('bad_request', read.fault)
      return claimsOf(read.value.payload)
    },
  ),
  target(
    'key pair',
    () => [ascii(JSON.stringify(ecKey))],
    (bytes) => keyPairIn(bytes),
  ),
  target(
    'key of a card',
    () => [ascii(publicText)],
    (bytes) => keyOfCard(bytes),
  ),
  target(
    'statement',
    async () => [ascii(await statement())],
    (bytes) => readStatement(joseLibrary, room, Buffer.from(bytes).toString('latin1')),
  ),
  // What a member types may come from a clipboard, and what a bot offers from anybody.
  target(
    'slash',
    () =>
      ['/invite bob', '/remind@tick 10m tea', '//etc', '/me waves\nand goes'].map((text) =>
        encoder.encode(text),
      ),
    (bytes) => parseSlash(new TextDecoder().decode(bytes), [me, shrug], [{ ...commands[0], bot: 'tick' }]),
  ),
  ...rowTargets,
]
