import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  fromBase64,
  fromBase64url,
  parseCanonicalJson,
  parseStrictJson,
  toBase64,
  toBase64url,
  utf8Bytes,
  utf8Text,
} from '../src/index.ts'

describe('JSON that has one meaning', () => {
  it('is what JSON.parse says, of everything that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const written = JSON.stringify(value)
        expect(parseStrictJson(written)).toEqual(JSON.parse(written))
        expect(parseStrictJson(JSON.stringify(value, null, 2))).toEqual(JSON.parse(written))
      }),
    )
  })

  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"a" :1, "a"\n:2}',
    '[{"b":{"a":1,"c":"\\"","a":2}}]',
    '{"a":1}}',
    '"open',
    '',
    '{"a":1,}',
    `${'['.repeat(13)}${']'.repeat(13)}`,
    `${'{"a":'.repeat(13)}1${'}'.repeat(13)}`,
    `[${'{"a":['.repeat(6)}${']}'.repeat(6)}]`,
  ])('refuses %s', (written) => {
    expect(() => parseStrictJson(written)).toThrow(expect.objectContaining({ code: 'bad_request' }))
  })

  it.each([
    `${'['.repeat(12)}${']'.repeat(12)}`,
    `${'{"a":'.repeat(12)}1${'}'.repeat(12)}`,
    `${'{"a":['.repeat(6)}${']}'.repeat(6)}`,
  ])('takes twelve levels: %s', (written) => {
    expect(parseStrictJson(written)).toEqual(JSON.parse(written))
  })

  it('takes the same key in different objects, and braces in texts', () => {
    for (const written of ['[{"a":1},{"a":2}]', '{"a":{"a":1}}', '{"a":"{\\"a\\":1}","b":"a"}', '["a","a"]'])
      expect(parseStrictJson(written)).toEqual(JSON.parse(written))
  })

  it('has one spelling where bytes are signed', () => {
    expect(parseCanonicalJson('{"b":1,"a":[2]}')).toEqual({ b: 1, a: [2] })
    for (const written of ['{"a": 1}', '{"a":1.0}', '{"\\u0061":1}', ' {}', '{"a":1e2}', '[-0]'])
      expect(() => parseCanonicalJson(written)).toThrow()
  })
})

describe('base64 in its one spelling', () => {
  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromBase64(Buffer.from(bytes).toString('base64'))).toEqual(bytes)
        expect(fromBase64url(Buffer.from(bytes).toString('base64url'))).toEqual(bytes)
      }),
    )
  })

  it.each(['QQ==', 'QR', 'Q Q', 'Q', '+_', 'QQ\n'])('base64url refuses %j', (text64) => {
    expect(() => fromBase64url(text64)).toThrow()
  })

  it.each(['QQ', 'QR==', 'QQ= =', '-_8=', 'QQ==\n'])('base64 refuses %j', (text64) => {
    expect(() => fromBase64(text64)).toThrow()
  })
})

describe('text in UTF-8', () => {
  it('is what other encoders write', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).filter((one) => one.isWellFormed()),
        (written) => {
          expect(utf8Bytes(written)).toEqual(new Uint8Array(Buffer.from(written)))
          expect(utf8Text(utf8Bytes(written))).toBe(written)
        },
      ),
    )
  })
})

describe('base64', () => {
  it('is what other encoders write', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
        expect(toBase64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
      }),
    )
  })
})
