import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { FormRefusal, judgeKey, judgeKeys, type JudgedKey, limits } from '../src/index.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })
const ecPair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ec = ecPair.publicKey.export({ format: 'jwk' })
const ed = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'accepted'
  } catch (error) {
    return error instanceof FormRefusal ? error.code : String(error)
  }
}

const bytesOf = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64url')
const changed = (text: string | undefined, change: (bytes: Buffer) => void): string => {
  const bytes = bytesOf(text)
  change(bytes)
  return bytes.toString('base64url')
}
const label = 'k'.repeat(limits.openKeyLabelCharactersMax)

type Use = readonly [seals: boolean, signs: boolean]
const both: Use = [true, true]
const seals: Use = [true, false]
const signs: Use = [false, true]
const usesOf = ({ sealing, signing }: JudgedKey): Use => [sealing !== null, signing !== null]

describe('a public key, by what it says of itself', () => {
  it.each<readonly [string, object, Use]>([
    ['RSA', rsa, both],
    ['RSA for encryption', { ...rsa, use: 'enc' }, seals],
    ['RSA for signatures', { ...rsa, use: 'sig', alg: 'PS256', key_ops: ['verify'] }, signs],
    ['RSA as WebCrypto exports it', { ...rsa, alg: 'RSA-OAEP-256', key_ops: ['encrypt'], ext: true }, seals],
    ['RSA for both', { ...rsa, key_ops: ['verify', 'encrypt', 'wrapKey'] }, both],
    ['P-256', ec, both],
    ['P-256 to agree by', { ...ec, alg: 'ECDH-ES+A256KW', use: 'enc' }, seals],
    ['P-256 of an agreement, as WebCrypto exports it', { ...ec, key_ops: [], ext: true }, seals],
    ['P-256 for signatures', { ...ec, alg: 'ES256', kid: label }, signs],
    ['Ed25519', ed, signs],
    ['Ed25519 with its name', { ...ed, alg: 'Ed25519', use: 'sig' }, signs],
    ['Ed25519 with the name of its kind', { ...ed, alg: 'EdDSA', key_ops: ['verify'] }, signs],
  ])('%s', (_what, jwk, uses) => {
    expect(usesOf(judgeKey(jwk))).toEqual(uses)
  })

  it.each<readonly [string, unknown]>([
    ['P-256 with HS256', { ...ec, alg: 'HS256' }],
    ['P-256 with ES384', { ...ec, alg: 'ES384' }],
    ['P-256 with the algorithm of RSA', { ...ec, alg: 'RSA-OAEP-256' }],
    ['P-256 that signs, for encryption', { ...ec, alg: 'ES256', use: 'enc' }],
    ['P-256 to agree by, for signatures', { ...ec, alg: 'ECDH-ES+A256KW', use: 'sig' }],
    ['P-256 that verifies, for encryption', { ...ec, use: 'enc', key_ops: ['verify'] }],
    ['P-256 that agrees without a wrapped key', { ...ec, alg: 'ECDH-ES' }],
    ['RSA with PS512', { ...rsa, alg: 'PS512' }],
    ['RSA with RS256', { ...rsa, alg: 'RS256' }],
    ['RSA with SHA-1', { ...rsa, alg: 'RSA-OAEP' }],
    ['RSA with ES256', { ...rsa, alg: 'ES256' }],
    ['RSA that encrypts, for signatures', { ...rsa, use: 'sig', key_ops: ['encrypt'] }],
    ['RSA that says more than its use', { ...rsa, use: 'enc', key_ops: ['encrypt', 'verify'] }],
    ['RSA for nothing', { ...rsa, key_ops: [] }],
    ['Ed25519 for encryption', { ...ed, use: 'enc' }],
    ['another use', { ...ec, use: 'both' }],
    ['a use that is no text', { ...ec, use: ['sig'] }],
    ['an operation twice', { ...rsa, key_ops: ['encrypt', 'encrypt'] }],
    ['an operation of a private key', { ...rsa, key_ops: ['decrypt'] }],
    ['an operation that is none', { ...rsa, key_ops: ['encrypt', 'everything'] }],
    ['operations that are no list', { ...rsa, key_ops: 'encrypt' }],
    ['a label that is too long', { ...ec, kid: `${label}k` }],
    ['a number for a name', { ...ec, kid: 7 }],
    ['a private part', ecPair.privateKey.export({ format: 'jwk' })],
    ['a secret', { kty: 'oct', k: 'AA' }],
    ['a certificate', { ...ec, x5c: ['AA'] }],
    ['the address of one', { ...ec, x5u: 'https://evil.example' }],
    ['another curve', { ...ec, crv: 'P-384' }],
    ['no curve', { kty: 'EC', x: ec.x, y: ec.y }],
    ['X25519', { ...ed, crv: 'X25519' }],
    ['a point beside the curve', { ...ec, y: changed(ec.y, (bytes) => (bytes[31] = (bytes[31] ?? 0) ^ 1)) }],
    [
      'the point zero',
      { ...ec, x: Buffer.alloc(32).toString('base64url'), y: Buffer.alloc(32).toString('base64url') },
    ],
    ['a coordinate beyond the field', { ...ec, x: Buffer.alloc(32, 0xff).toString('base64url') }],
    ['a coordinate cut short', { ...ec, x: bytesOf(ec.x).subarray(1).toString('base64url') }],
    ['an even modulus', { ...rsa, n: changed(rsa.n, (bytes) => (bytes[255] = (bytes[255] ?? 0) & 0xfe)) }],
    ['a modulus of a small factor', { ...rsa, n: Buffer.alloc(256, 0xff).toString('base64url') }],
    ['a modulus with a zero before it', { ...rsa, n: changed(rsa.n, (bytes) => (bytes[0] = 0)) }],
    ['1,024 bits', { ...rsa, n: bytesOf(rsa.n).subarray(128).toString('base64url') }],
    ['16,384 bits', { ...rsa, n: Buffer.alloc(2048, 0xfb).toString('base64url') }],
    ['the exponent 3', { ...rsa, e: 'Aw' }],
    ['an even exponent', { ...rsa, e: 'AQAA' }],
    ['the exponent with a zero before it', { ...rsa, e: 'AAEAAQ' }],
    ['no exponent', { kty: 'RSA', n: rsa.n }],
    ['a modulus in standard base64', { ...rsa, n: Buffer.alloc(256, 0xff).toString('base64') }],
    ['nothing', null],
    ['a text', 'key'],
  ])('is refused: %s', (_what, jwk) => {
    expect(['KEY_INVALID', 'PAYLOAD_INVALID']).toContain(codeOf(() => judgeKey(jwk)))
  })

  it('is told apart where it was accepted once', () => {
    expect(codeOf(() => judgeKey({ kty: 'DSA' }))).toBe('ALG_WITHDRAWN')
    expect(codeOf(() => judgeKey({ ...rsa, alg: 'RSA1_5' }))).toBe('ALG_WITHDRAWN')
  })
})

describe('a key at its bounds', () => {
  /** An odd number of so many bits without a small factor. */
  const modulusOf = (bits: number): string => {
    const low = (1n << BigInt(bits - 1)) + 1n
    const primes = [3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n, 43n, 47n, 53n, 59n, 61n]
    let n = low
    while (primes.some((prime) => n % prime === 0n)) n += 2n
    return Buffer.from(n.toString(16), 'hex').toString('base64url')
  }

  it('has so many bits, and neither fewer nor more', () => {
    for (const bits of [limits.openRsaBitsMin, limits.openRsaBitsMax])
      expect(judgeKey({ ...rsa, n: modulusOf(bits) }).bits).toBe(bits)
    for (const bits of [limits.openRsaBitsMin - 8, limits.openRsaBitsMax + 8])
      expect(codeOf(() => judgeKey({ ...rsa, n: modulusOf(bits) }))).toBe('KEY_INVALID')
  })

  it('has a label of so many characters and no more', () => {
    expect(codeOf(() => judgeKey({ ...ec, kid: label }))).toBe('accepted')
    expect(codeOf(() => judgeKey({ ...ec, kid: `${label}k` }))).toBe('KEY_INVALID')
  })

  it('stands in a set of so many and no more', () => {
    const many = (count: number) =>
      Array.from({ length: count }, () =>
        generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
      )
    expect(judgeKeys({ keys: many(limits.openKeysPerSetMax) }).all).toHaveLength(limits.openKeysPerSetMax)
    expect(codeOf(() => judgeKeys({ keys: many(limits.openKeysPerSetMax + 1) }))).toBe('KEY_INVALID')
  })
})

describe('a key that earlier versions took', () => {
  it.each<readonly [string, object]>([
    ['a long label', { kid: `${label}k` }],
    ['a number for a name', { kid: 7 }],
    ['a label of another kind', { ext: 'yes' }],
    ['a certificate', { x5c: ['AA'] }],
    ['labels that contradict each other', { alg: 'ES256', use: 'enc' }],
  ])('receives where it is there: %s', (_what, labels) => {
    const jwk = { ...ec, ...labels }
    expect(codeOf(() => judgeKeys(jwk))).toBe('KEY_INVALID')
    expect(judgeKeys(jwk, 'there').receiving.essential).toEqual(judgeKeys(ec).receiving.essential)
  })

  it('and is for nothing any more takes the others of its set with it no longer', () => {
    const set = { keys: [ec, { ...ed, use: 'enc' }, { ...rsa, use: 'sig', key_ops: ['encrypt'] }] }
    expect(codeOf(() => judgeKeys(set))).toBe('KEY_INVALID')
    const { all, receiving } = judgeKeys(set, 'there')
    expect(receiving.kind).toBe('P-256')
    expect(all.map(({ signing }) => signing)).toEqual(['ES256', null, null])
  })
})

describe('the keys of one account', () => {
  it('are one, or a set of which the first that receives counts', () => {
    expect(judgeKeys(ec).receiving.kind).toBe('P-256')
    const set = judgeKeys({ keys: [ed, { ...ec, use: 'sig' }, rsa] })
    expect(set.receiving.kind).toBe('RSA')
    expect(set.all.map(({ signing }) => signing)).toEqual(['EdDSA', 'ES256', 'PS256'])
  })

  it.each<readonly [string, unknown]>([
    ['one that only signs', ed],
    ['P-256 that only signs', { ...ec, use: 'sig' }],
    ['an empty set', { keys: [] }],
    ['a set with more', { keys: [ec], more: 1 }],
    ['the same key twice', { keys: [ec, { ...ec, kid: 'other' }] }],
    [
      'two of one name',
      {
        keys: [
          { ...ec, kid: 'a' },
          { ...ed, kid: 'a' },
        ],
      },
    ],
    ['what is no key among them', { keys: [ec, 7] }],
  ])('are refused: %s', (_what, value) => {
    expect(codeOf(() => judgeKeys(value))).toBe('KEY_INVALID')
  })
})
