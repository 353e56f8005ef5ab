import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase64, fromBase64url } from '../../src/open/form/base64.ts'
import { integer, list, object, oneOf, optional, text } from '../../src/open/form/shape.ts'
import { parseCanonicalJson, parseStrictJson } from '../../src/open/form/strictJson.ts'

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
  ])('refuses %s', (written) => {
    expect(() => parseStrictJson(written)).toThrow(expect.objectContaining({ code: 'PAYLOAD_INVALID' }))
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
        expect(new Uint8Array(fromBase64(Buffer.from(bytes).toString('base64')))).toEqual(bytes)
        expect(new Uint8Array(fromBase64url(Buffer.from(bytes).toString('base64url')))).toEqual(bytes)
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

describe('a shape', () => {
  const shape = object({
    name: text(5),
    count: optional(integer(1, 3)),
    kinds: list(oneOf('a', 'b'), 0, 2),
  })

  it('reads what it describes', () => {
    expect(shape.read({ name: 'x', kinds: ['a'] })).toEqual({ name: 'x', kinds: ['a'] })
    expect(shape.schema).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string', maxLength: 5 },
        count: { type: 'integer', minimum: 1, maximum: 3 },
        kinds: { type: 'array', items: { enum: ['a', 'b'] }, minItems: 0, maxItems: 2 },
      },
      required: ['name', 'kinds'],
      additionalProperties: false,
    })
  })

  it.each([
    { name: 'x' },
    { name: 'x', kinds: ['c'] },
    { name: 'x', kinds: [], more: 1 },
    { name: 'x', kinds: [], count: 4 },
    { name: 'x', kinds: [], count: '1' },
    { name: 'x', kinds: ['a', 'a', 'a'] },
    { name: '\ud800', kinds: [] },
    JSON.parse('{"name":"x","kinds":[],"__proto__":{}}'),
    null,
    [],
  ])('refuses %j', (value) => {
    expect(() => shape.read(value)).toThrow(expect.objectContaining({ code: 'PAYLOAD_INVALID' }))
  })
})
