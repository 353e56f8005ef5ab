import { describe, expect, it } from 'vitest'
import { integer, list, object, oneOf, optional, text } from '../../src/open/form/shape.ts'

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
