import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CborValue, decodeCanonical, encodeCanonical, limits, SottoError } from '@sotto/protocol'

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'accepted'
  } catch (error) {
    // Nothing else may leave a decoder, whatever the bytes.
    if (!(error instanceof SottoError)) throw error
    return error.code
  }
}

const decoded = (...bytes: readonly number[]): string => codeOf(() => decodeCanonical(new Uint8Array(bytes)))

const value = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.maxSafeInteger(),
    fc.bigInt(2n ** 53n, 2n ** 64n - 1n),
    fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.string({ maxLength: 8 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value

describe('deterministic CBOR', () => {
  it('ENC-1 reads back what it writes', () => {
    fc.assert(
      fc.property(value, (one) => {
        expect(decodeCanonical(encodeCanonical(one))).toEqual(one)
      }),
    )
  })

  it('ENC-2 has one encoding for one value: what is read writes the same bytes again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        let read: CborValue
        try {
          read = decodeCanonical(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(SottoError)
          return
        }
        expect(encodeCanonical(read)).toEqual(bytes)
      }),
      { numRuns: 3000 },
    )
  })

  it('ENC-2 refuses bytes that were cut off, lengthened or changed into another encoding of the same', () => {
    fc.assert(
      fc.property(value, fc.nat(), (one, at) => {
        const bytes = encodeCanonical(one)
        expect(codeOf(() => decodeCanonical(bytes.subarray(0, at % bytes.length)))).toBe('bad_request')
        expect(codeOf(() => decodeCanonical(new Uint8Array([...bytes, at & 0xff])))).toBe('bad_request')
      }),
    )
  })

  it.each([
    ['a number longer than it need be', [0x18, 0x01]],
    ['a number in eight bytes that fits one', [0x1b, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['a length longer than it need be', [0x58, 0x01, 0xff]],
    ['an array of unknown length', [0x9f, 0x01, 0xff]],
    ['bytes of unknown length', [0x5f, 0x41, 0x01, 0xff]],
    ['text of unknown length', [0x7f, 0x61, 0x61, 0xff]],
    ['a map of unknown length', [0xbf, 0xff]],
    ['a half float', [0xf9, 0x3c, 0x00]],
    ['a float', [0xfa, 0x3f, 0x80, 0, 0]],
    ['a double', [0xfb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0]],
    ['a half float that is no whole number', [0xf9, 0x3e, 0x00]],
    ['minus zero', [0xf9, 0x80, 0x00]],
    ['infinity', [0xf9, 0x7c, 0x00]],
    ['not a number', [0xf9, 0x7e, 0x00]],
    ['undefined', [0xf7]],
    ['a simple value', [0xf8, 0x20]],
    ['a tag', [0xc0, 0x61, 0x61]],
    ['a bignum', [0xc2, 0x41, 0x01]],
    ['map keys out of order', [0xa2, 0x61, 0x62, 0x01, 0x61, 0x61, 0x01]],
    ['a map key twice', [0xa2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x02]],
    ['a map key that is a number', [0xa1, 0x01, 0x02]],
    ['text that is not UTF-8', [0x61, 0xff]],
    ['text with half of a surrogate pair', [0x63, 0xed, 0xa0, 0x80]],
    ['text in overlong UTF-8', [0x62, 0xc0, 0x80]],
    ['two values', [0x01, 0x02]],
    ['nothing', []],
    ['an array that promises more than there is', [0x82, 0x01]],
    ['an array of four billion', [0x9a, 0xff, 0xff, 0xff, 0xff]],
    ['bytes of 2^64', [0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['a break without a beginning', [0xff]],
    ['a reserved length', [0x1c]],
  ])('T-CANON refuses %s', (_what, bytes) => {
    expect(decoded(...bytes)).toBe('bad_request')
  })

  it('a byte order mark is a character like any other', () => {
    for (const text of ['\uFEFF', '\uFEFFx', '\uFEFF\uFEFFx', 'x\uFEFF', `\uFEFF${'€'.repeat(40)}`])
      for (const marked of [text, [text, 'y', text], { t: text }])
        expect(decodeCanonical(encodeCanonical(marked))).toEqual(marked)
  })

  it('a key called __proto__ is a key like any other, or refused', () => {
    const bytes = new Uint8Array([0xa1, 0x69, ...new TextEncoder().encode('__proto__'), 0xa0])
    const outcome = codeOf(() => decodeCanonical(bytes))
    expect(['accepted', 'bad_request']).toContain(outcome)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(Object.getPrototypeOf({})).toBe(Object.prototype)
  })

  it('ENC-2 refuses what is nested too deeply, without following it down', () => {
    const nested = (depth: number) => new Uint8Array([...Array.from({ length: depth }, () => 0x81), 0x00])
    expect(codeOf(() => decodeCanonical(nested(limits.cborDepthMax)))).toBe('accepted')
    expect(codeOf(() => decodeCanonical(nested(limits.cborDepthMax + 1)))).toBe('bad_request')
    expect(codeOf(() => decodeCanonical(nested(1_000_000)))).toBe('bad_request')
    const maps = new Uint8Array(
      Array.from({ length: 300_000 }, (_, i) => [0xa1, 0x61, 0x61][i % 3] as number),
    )
    expect(codeOf(() => decodeCanonical(maps))).toBe('bad_request')
  })

  it.each([0x81, 0x82, 0x9f, 0xa1, 0xbf, 0xc0, 0xd8, 0x9b])('T-CANON survives a bomb of %i', (byte) => {
    expect(codeOf(() => decodeCanonical(new Uint8Array(1_000_000).fill(byte)))).toBe('bad_request')
  })
})
