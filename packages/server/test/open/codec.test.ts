import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asRefusal, OpenRefusal } from '../../src/open/failure.ts'
import { readEvent, readPacket, writePacket } from '../../src/open/edge/codec.ts'

describe('packets of Socket.IO 5', () => {
  it('are read as they are written', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.option(fc.integer({ min: 0, max: 1e9 }), { nil: undefined }),
        (value, id) => {
          const packet = {
            type: 2,
            nsp: '/',
            data: ['event', value],
            ...(id === undefined ? {} : { id }),
          }
          const again = readPacket(writePacket(packet))
          expect(again).toMatchObject({ type: 2, nsp: '/', ...(id === undefined ? {} : { id }) })
          const [, json] = again.data as readonly [string, string]
          expect(JSON.stringify(readEvent(json))).toBe(JSON.stringify({ name: 'event', payloads: [value] }))
        },
      ),
    )
    expect(readPacket('0')).toEqual({ type: 0, nsp: '/', data: {} })
    expect(readPacket('0{"token":"x"}')).toEqual({ type: 0, nsp: '/', data: { token: 'x' } })
    expect(readPacket('1')).toEqual({ type: 1, nsp: '/' })
  })

  it.each([
    '',
    '2',
    '3[]',
    '4{}',
    '51-["a",{"_placeholder":true,"num":0}]',
    '6',
    '0/admin,{}',
    '2/x,["a"]',
    '0[]',
    '1[]',
    '01{}',
    '2x["a"]',
    Buffer.from('2["a"]'),
    undefined,
  ])('nobody sends %j', (text) => {
    expect(() => readPacket(text)).toThrow()
  })

  it.each([
    ['2{"a":1}', 'PAYLOAD_INVALID'],
    ['2["a",{"b":1,"b":2}]', 'PAYLOAD_INVALID'],
    ['2["a"', 'PAYLOAD_INVALID'],
    ['2[7]', 'EVENT_UNKNOWN'],
    ['2[]', 'EVENT_UNKNOWN'],
    ['2["disconnect"]', 'EVENT_UNKNOWN'],
    ['2["newListener"]', 'EVENT_UNKNOWN'],
  ])('%s is an event that is refused', (text, code) => {
    const [, json] = readPacket(text).data as readonly [string, string]
    const refusal = ((): unknown => {
      try {
        return readEvent(json)
      } catch (error) {
        return error
      }
    })()
    expect(asRefusal(refusal)).toBeInstanceOf(OpenRefusal)
    expect(asRefusal(refusal)).toMatchObject({ code })
  })
})
