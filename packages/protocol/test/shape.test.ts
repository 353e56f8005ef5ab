import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  blob,
  boolean,
  bytes,
  decodeAs,
  encodeAs,
  encodeCanonical,
  grown,
  list,
  literal,
  nullable,
  oneOf,
  type Shape,
  SottoError,
  struct,
  text,
  uint,
  union,
} from '@sotto/protocol'

const refuses = (shape: Shape<unknown>, value: Parameters<typeof encodeCanonical>[0]): boolean => {
  try {
    decodeAs(shape, encodeCanonical(value))
    return false
  } catch (error) {
    if (error instanceof SottoError && ['bad_request', 'too_large'].includes(error.code)) return true
    throw error
  }
}

const person = struct({ name: text(10), age: uint(150), tags: list(text(5), 3), key: nullable(bytes(4)) })
const event = union({
  came: [0, { who: text(10) }],
  left: [1, {}],
  said: [7, { what: blob(20, 1), loud: boolean }],
})

describe('a shape', () => {
  it('says of bytes that are only too many that they are too many', () => {
    const said = (length: number) => () => decodeAs(event, encodeCanonical([7, new Uint8Array(length), true]))
    expect(said(20)()).toMatchObject({ kind: 'said' })
    expect(said(21)).toThrow(expect.objectContaining({ code: 'too_large' }))
    expect(said(0)).toThrow(expect.objectContaining({ code: 'bad_request' }))
  })

  it('reads back what it writes', () => {
    const some = fc.record({
      name: fc.string({ maxLength: 10 }),
      age: fc.nat(150),
      tags: fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }),
      key: fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 })),
    })
    fc.assert(
      fc.property(some, (one) => {
        expect(decodeAs(person, encodeAs(person, one))).toEqual(one)
      }),
    )
  })

  it('reads back every kind of a union', () => {
    for (const one of [
      { kind: 'came', who: 'Alice' },
      { kind: 'left' },
      { kind: 'said', what: new Uint8Array([1]), loud: true },
    ] as const)
      expect(decodeAs(event, encodeAs(event, one))).toEqual(one)
  })

  it('is an array of its fields, so that nothing can be added, left out or named otherwise', () => {
    expect(encodeAs(struct({ a: uint(), b: boolean }), { a: 1, b: true })).toEqual(encodeCanonical([1, true]))
    expect(refuses(person, ['A', 1, []])).toBe(true)
    expect(refuses(person, ['A', 1, [], null, null])).toBe(true)
    expect(refuses(person, { name: 'A', age: 1, tags: [], key: null })).toBe(true)
    expect(refuses(event, [2])).toBe(true)
    expect(refuses(event, [1, 1])).toBe(true)
    expect(refuses(event, ['0', 'Alice'])).toBe(true)
    expect(refuses(event, [])).toBe(true)
    expect(refuses(event, 0)).toBe(true)
  })

  it('ENC-6 that has grown ends, for older peers, where nothing new is said: one encoding for one value', () => {
    const before = struct({ a: uint() })
    const after = grown({ a: uint() }, { b: text(3), c: uint() })
    expect(decodeAs(after, encodeAs(before, { a: 1 }))).toEqual({ a: 1, b: null, c: null })
    for (const one of [{ a: 1, b: null, c: null }, { a: 1, b: null }, { a: 1 }])
      expect(encodeAs(after, one)).toEqual(encodeCanonical([1]))
    for (const one of [
      { a: 1, b: 'x', c: null },
      { a: 1, b: null, c: 2 },
      { a: 1, b: 'x', c: 2 },
    ])
      expect(decodeAs(after, encodeAs(after, one))).toEqual(one)
    for (const bad of [[], [1, null], [1, 'x', null], [1, 'x', 2, 3], [1, 2], [1, 'long']])
      expect(refuses(after, bad)).toBe(true)
  })

  it.each<readonly [string, Shape<unknown>, Parameters<typeof encodeCanonical>[0]]>([
    ['a number above its bound', uint(5), 6],
    ['a negative number', uint(), -1],
    ['a number beyond what is exact', uint(), 2n ** 60n],
    ['text for a number', uint(), '1'],
    ['bytes too few', bytes(3), new Uint8Array(2)],
    ['bytes too many', bytes(3), new Uint8Array(4)],
    ['text for bytes', bytes(3), 'abc'],
    ['a blob too short', blob(9, 2), new Uint8Array(1)],
    ['a blob too long', blob(9), new Uint8Array(10)],
    ['text too long', text(3), 'abcd'],
    ['bytes for text', text(3), new Uint8Array(3)],
    ['a list too long', list(uint(), 2), [1, 2, 3]],
    ['a list with something else in it', list(uint(), 3), [1, 'a']],
    ['another literal', literal('a'), 'b'],
    ['another choice', oneOf('a', 'b'), 'c'],
    ['a choice of another type', oneOf(0, 1), '0'],
    ['a number for a truth', boolean, 1],
    ['a null that is not allowed', text(3), null],
  ])('refuses %s', (_what, shape, value) => {
    expect(refuses(shape, value)).toBe(true)
  })

  it('says where something is wrong, and never what', () => {
    try {
      decodeAs(person, encodeCanonical(['A', 1, ['secret!'], null]), 'person')
      expect.unreachable()
    } catch (error) {
      expect(String(error)).toContain('person.tags[0]')
      expect(String(error)).not.toContain('secret')
    }
  })
})
