import {
  decodeAs,
  decodeClientFrame,
  decodeCommitAttachment,
  encodeAs,
  encodeClientFrame,
  encodeCommitAttachment,
  limits,
  operations as o,
  type Shape,
  SottoError,
} from '@sotto/protocol'
import { expect, it } from 'vitest'

const bytes = (length: number): Uint8Array => new Uint8Array(length)
const list = <T>(count: number, value: T): readonly T[] => Array.from({ length: count }, () => value)

/** What is written in a shape with so much of one thing, and read back. */
const through = (shape: unknown, value: unknown): void =>
  void decodeAs(shape as Shape<unknown>, encodeAs(shape as Shape<unknown>, value))

const ack = { room: bytes(16), seq: 0, hash: bytes(32), timeMs: 0, signature: bytes(64) }
const link = { bytes: bytes(1), signatures: [] }
const logged = { entry: bytes(1), payload: null, aux: null }
const attachment = { groupInfo: bytes(1), welcome: null, meta: null }
const submit = { kind: 'submit', requestId: 1, room: bytes(16), message: bytes(1), aux: null } as const

type Name = keyof typeof limits
const rows: readonly (readonly [Name, string, (count: number) => void])[] = [
  ['commitBytesMax', 'of a commit', (n) => through(o.submitMessage.body, { message: bytes(n), aux: null })],
  [
    'archiveRecordBytesMax',
    'of what rides with a message',
    (n) => void decodeClientFrame(encodeClientFrame({ ...submit, aux: bytes(n) })),
  ],
  [
    'welcomeBytesMax',
    'of a Welcome',
    (n) => void decodeCommitAttachment(encodeCommitAttachment({ ...attachment, welcome: bytes(n) })),
  ],
  [
    'groupInfoBytesMax',
    'of a GroupInfo',
    (n) => through(o.readGroupInfo.output, { epoch: 0, groupInfo: bytes(n) }),
  ],
  [
    'metaBytesMax',
    'of what a room is called',
    (n) => through(o.readMeta.output, { epoch: 0, sealed: bytes(n) }),
  ],
  ['treeBytesMax', 'of a tree', (n) => through(o.readTree.output, { tree: bytes(n) })],
  [
    'keyPackageBytesMax',
    'of a key package',
    (n) => through(o.publishKeyPackages.body, { oneTime: [bytes(n)], lastResort: null, replace: false }),
  ],
  [
    'keyPackagesPerUploadMax',
    'key packages',
    (n) =>
      through(o.publishKeyPackages.body, { oneTime: list(n, bytes(1)), lastResort: null, replace: false }),
  ],
  [
    'chainLinkBytesMax',
    'of a link',
    (n) => through(o.appendLink.body, { link: { ...link, bytes: bytes(n) } }),
  ],
  [
    'chainEndsPerAnswerMax',
    'accounts',
    (n) => through(o.readChainEnds.body, { accounts: list(n, bytes(32)) }),
  ],
  [
    'chainLinksPerAnswerMax',
    'links',
    (n) => through(o.readChain.output, { links: list(n, link), receipt: bytes(64) }),
  ],
  [
    'chainLinksHandedBackMax',
    'links',
    (n) => through(o.handBackLinks.body, { links: list(n, link), receipt: bytes(64) }),
  ],
  ['vaultSlotBytesMax', 'of a slot', (n) => through(o.writeVaultSlot.body, { counter: 0, sealed: bytes(n) })],
  [
    'opaqueMessageBytesMax',
    'of a message of OPAQUE',
    (n) => through(o.loginFinish.body, { exchange: bytes(16), finish: bytes(n), device: null }),
  ],
  [
    'hookStatementBytesMax',
    'of the statement of a hook',
    (n) =>
      through(o.publishHook.body, { generation: 0, keyIds: [], statement: 'a'.repeat(n), tokenHash: null }),
  ],
  ['hookPostBytesMax', 'of a post', (n) => through(o.handToHook.body, { seq: 0, jwe: 'a'.repeat(n) })],
  [
    'logPageEntriesMax',
    'entries',
    (n) => through(o.readLog.output, { messages: list(n, logged), ack, head: ack }),
  ],
  [
    'roomsPerAccountMax',
    'rooms',
    (n) => through(o.poll.body, { rooms: list(n, { room: bytes(16), from: 0 }), welcomesKnown: 0 }),
  ],
  [
    'openRoomAskersPerAnswerMax',
    'who asks to come in',
    (n) => through(o.readAskers.output, { askers: list(n, { account: bytes(32), askedMs: 0 }) }),
  ],
  [
    'peoplePerAnswerMax',
    'people',
    (n) => through(o.listPeople.output, { people: list(n, { account: bytes(32), name: 'alice' }) }),
  ],
  ['blockedAccountsMax', 'accounts', (n) => through(o.listBlocks.output, { accounts: list(n, bytes(32)) })],
  [
    'openAccessTokenDaysMax',
    'days',
    (n) => through(o.createAccessToken.body, { label: 'a', scopes: ['read'], days: n }),
  ],
]

it.each(rows)('%s: so much %s is read, and one more is refused', (name, _what, read) => {
  read(limits[name])
  const refusal = ((): unknown => {
    try {
      return read(limits[name] + 1)
    } catch (error) {
      return error
    }
  })()
  expect(refusal).toBeInstanceOf(SottoError)
  expect(['bad_request', 'too_large']).toContain((refusal as SottoError).code)
})
