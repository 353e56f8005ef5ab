import { type CborValue, decodeCanonical, encodeCanonical } from '@sotto/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

/** Beyond the depth that a reader takes; two for the lists that hold the value. */
const depthMax = 13

const { value } = fc.letrec<{ value: CborValue; leaf: CborValue }>((tie) => ({
  leaf: fc.oneof(
    fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
    fc.constantFrom(0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, -1, -24, -25, -256, -257),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
    fc.constantFrom('', '\ufeff', '\ufeffa', 'a\ufeff', '\u0000', '\u{10ffff}', 'é', 'e\u0301', '‮'),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
  ),
  value: fc.oneof(
    { depthSize: 'small', maxDepth: depthMax },
    tie('leaf'),
    fc.array(tie('value'), { maxLength: 30 }),
    fc.dictionary(
      fc.string({ unit: 'grapheme' }).filter((key) => key !== '__proto__'),
      tie('value'),
      { noNullPrototype: true, maxKeys: 6 },
    ),
  ),
}))

describe('T-CANON what is written', () => {
  test('T-CANON is read as what it was, and written the same again', () => {
    fc.assert(
      fc.property(value, (written) => {
        const bytes = encodeCanonical(written)
        const read = decodeCanonical(bytes)
        expect(read).toEqual(written)
        expect(encodeCanonical(read)).toEqual(bytes)
      }),
      { numRuns: 2000, seed: 11 },
    )
  })

  test('T-CANON the names of what every object has are names like others', () => {
    for (const key of ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '1', '-1', '']) {
      const map = { [key]: 1 }
      expect(decodeCanonical(encodeCanonical(map))).toEqual(map)
    }
    const polluting = Uint8Array.from([
      0xa1,
      0x69,
      ...new TextEncoder().encode('__proto__'),
      0xa1,
      0x61,
      0x78,
      1,
    ])
    const read = decodeCanonical(polluting) as { readonly x?: unknown }
    expect(Object.keys(read)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
    expect([read.x, ({} as { x?: unknown }).x]).toEqual([undefined, undefined])
  })
})
