import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ClientFrame,
  decodeClientFrame,
  decodeCommitAttachment,
  decodeEntry,
  decodeEnvelope,
  decodeLoggedNack,
  decodeServerFrame,
  encodeClientFrame,
  encodeCommitAttachment,
  encodeEntry,
  encodeEnvelope,
  encodeLoggedNack,
  encodeServerFrame,
  entryHash,
  type EntryKind,
  failures,
  type FailureCode,
  fromHex,
  H,
  labelled,
  labelledHash,
  limits,
  type Operation,
  operations,
  type ServerFrame,
  SottoError,
  targetOf,
  toHex,
} from '@sotto/protocol'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const blob = (maxLength: number) => fc.uint8Array({ minLength: 1, maxLength })
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const moment = fc.nat({ max: 8_640_000_000_000_000 })
const request = fc.nat({ max: 0xffff_ffff })
const kind = fc.constantFrom<EntryKind>(0, 1, 2, 3, 4, 5, 6, 7)

const ack = fc.record({ room: bytes(16), seq: count, hash: bytes(32), timeMs: moment, signature: bytes(64) })
const entry = fc.record({
  version: fc.constant(1 as const),
  room: bytes(16),
  seq: count,
  previousHash: bytes(32),
  kind,
  epoch: count,
  senderTag: bytes(32),
  payloadHash: bytes(32),
  auxHash: fc.option(bytes(32)),
  timeMs: moment,
})
const envelope = fc.record({
  version: fc.constant(1 as const),
  room: bytes(16),
  kind,
  messageId: bytes(16),
  sendCounter: count,
  anchorSeq: count,
  anchorHash: bytes(16),
  archiveHash: fc.option(bytes(32)),
  expiryClass: fc.nat(255),
  extension: fc.option(blob(100)),
})
const nack = fc.record({
  account: bytes(32),
  device: bytes(16),
  seq: count,
  rule: fc.string({ maxLength: 64 }),
  messageId: bytes(16),
  signature: bytes(64),
})
const attachment = fc.record({
  groupInfo: blob(200),
  welcome: fc.option(blob(200)),
  meta: fc.option(blob(50)),
})

const code = fc.constantFrom(...(Object.keys(failures) as FailureCode[]))
const clientFrame: fc.Arbitrary<ClientFrame> = fc.oneof(
  fc.record({ kind: fc.constant('hello' as const), token: fc.string({ maxLength: 128 }) }),
  fc.record({
    kind: fc.constant('submit' as const),
    requestId: request,
    room: bytes(16),
    message: blob(300),
    aux: fc.option(blob(100)),
  }),
  fc.record({ kind: fc.constant('ping' as const), nonce: request }),
)
const logged = fc.record({ entry: blob(200), payload: fc.option(blob(200)), aux: fc.option(blob(100)) })
const serverFrame: fc.Arbitrary<ServerFrame> = fc.oneof(
  fc.record({
    kind: fc.constant('ready' as const),
    account: bytes(32),
    device: bytes(16),
    timeMs: moment,
    heads: fc.array(ack, { maxLength: 5 }),
    welcomes: count,
  }),
  fc.record({ kind: fc.constant('ack' as const), requestId: request, ack }),
  fc.record({
    kind: fc.constant('refused' as const),
    requestId: fc.option(request),
    code,
    detail: fc.string({ maxLength: 100 }),
  }),
  fc.record({
    kind: fc.constant('entries' as const),
    room: bytes(16),
    messages: fc.array(logged, { maxLength: 5 }),
    ack,
  }),
  fc.record({ kind: fc.constant('behind' as const), room: bytes(16), head: count }),
  fc.record({ kind: fc.constant('welcome' as const), room: bytes(16) }),
  fc.record({ kind: fc.constant('chain' as const), account: bytes(32), seq: count }),
  fc.record({ kind: fc.constant('pong' as const), nonce: request }),
  fc.record({
    kind: fc.constant('closing' as const),
    reason: fc.constantFrom('restart', 'session', 'too_many'),
  }),
)

interface Codec {
  readonly name: string
  readonly some: fc.Arbitrary<unknown>
  encode(value: never): Uint8Array
  decode(value: Uint8Array): unknown
}

const codecs: readonly Codec[] = [
  { name: 'entry', some: entry, encode: encodeEntry, decode: decodeEntry },
  { name: 'envelope', some: envelope, encode: encodeEnvelope, decode: decodeEnvelope },
  { name: 'nack', some: nack, encode: encodeLoggedNack, decode: decodeLoggedNack },
  { name: 'attachment', some: attachment, encode: encodeCommitAttachment, decode: decodeCommitAttachment },
  { name: 'client frame', some: clientFrame, encode: encodeClientFrame, decode: decodeClientFrame },
  { name: 'server frame', some: serverFrame, encode: encodeServerFrame, decode: decodeServerFrame },
]

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'accepted'
  } catch (error) {
    if (!(error instanceof SottoError)) throw error
    return error.code
  }
}

describe.each(codecs)('$name', ({ some, encode, decode }) => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(some, (value) => {
        expect(decode(encode(value as never))).toEqual(value)
      }),
    )
  })

  it('is refused when any byte of its structure is cut off, or one too many', () => {
    fc.assert(
      fc.property(some, fc.nat(), (value, at) => {
        const written = encode(value as never)
        expect(codeOf(() => decode(written.subarray(0, at % written.length)))).toBe('bad_request')
        expect(codeOf(() => decode(new Uint8Array([...written, 0])))).toBe('bad_request')
      }),
    )
  })

  it('with changed bytes is another value or refused, and never anything else', () => {
    fc.assert(
      fc.property(some, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, change) => {
        const written = encode(value as never)
        const place = at % written.length
        written[place] = (written[place] as number) ^ change
        try {
          expect(encode(decode(written) as never)).toEqual(written)
        } catch (error) {
          expect(error).toBeInstanceOf(SottoError)
        }
      }),
    )
  })

  it('is never read from noise with anything but a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (noise) => {
        expect(['accepted', 'bad_request']).toContain(codeOf(() => decode(noise)))
      }),
    )
  })
})

describe('hashes', () => {
  it('ENC-4 of one value under two labels differ, and so do two values', () => {
    const value = new Uint8Array([1, 2, 3])
    expect(labelledHash('log', value)).not.toEqual(labelledHash('meta', value))
    expect(labelledHash('log', value)).toEqual(H(labelled('log', value)))
    expect(entryHash(value)).toEqual(labelledHash('log', value))
    expect(labelled('a', ['b', 'c'])).not.toEqual(labelled('a', ['bc']))
  })

  it('H is SHA-256', () => {
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    expect(toHex(H(new Uint8Array(0)))).toBe(empty)
  })
})

describe('ids in hex', () => {
  it('ID-1: are lower case and of their length', () => {
    expect(fromHex('00ff', 2)).toEqual(new Uint8Array([0, 255]))
    for (const text of ['00FF', '00f', '00ff00', 'zz00', '0x00', ' 00f'])
      expect(codeOf(() => fromHex(text, 2))).toBe('bad_request')
  })
})

describe('operations', () => {
  const all = Object.values(operations) as unknown as readonly Operation[]

  it('have names and targets of their own', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
    expect(new Set(all.map(({ method, path }) => `${method} ${path}`)).size).toBe(all.length)
    for (const { path } of all) expect(path).toMatch(/^\/v1\//)
  })

  it('say of each parameter in the path how it is written', () => {
    for (const { path, params } of all)
      for (const [, name] of path.matchAll(/:([a-z]+)/gi)) expect(Object.keys(params)).toContain(name)
  })

  it('write parameters where they belong, escaped', () => {
    const target = targetOf(operations.lookUpAccount, { name: 'a/b?c&ä' })
    expect(target).toBe(`/v1/accounts/${encodeURIComponent('a/b?c&ä')}`)
    const room = new Uint8Array(16)
    expect(targetOf(operations.readLog, { room, from: 7 })).toBe(`/v1/rooms/${'00'.repeat(16)}/log?from=7`)
  })

  it('bound the body that they accept by more than the largest that they mean', () => {
    expect(operations.submitMessage.bodyBytesMax).toBeGreaterThan(
      limits.commitBytesMax + limits.welcomeBytesMax + limits.groupInfoBytesMax + limits.metaBytesMax,
    )
    for (const { method, bodyBytesMax } of all)
      if (method === 'GET') expect(bodyBytesMax).toBe(0)
      else expect(bodyBytesMax).toBeGreaterThan(0)
  })
})

describe('failures', () => {
  it('have a status, an exit code and a text each', () => {
    for (const { status, exit, text } of Object.values(failures)) {
      expect(status).toBeGreaterThanOrEqual(400)
      expect(exit).toBeGreaterThan(1)
      expect(text.length).toBeGreaterThan(5)
    }
  })
})
