import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readByteArray } from '../src/open/byteArray.ts'

const separator = fc.constantFrom(',', ', ')

describe('an array of bytes in a text', () => {
  it('is read as JSON reads it, with and without spaces behind commas', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(bytes, separator, (values, between) => {
        expect(readByteArray(`[${[...values].join(between)}]`)).toEqual(values)
      }),
    )
  })

  it('is what JSON takes for one, and nothing else', () => {
    const text = fc.string({ unit: fc.constantFrom(...'[],0123456789 .-e"'), maxLength: 12 })
    fc.assert(
      fc.property(text, (inner) => {
        const written = `[${inner}]`
        const read = readByteArray(written)
        if (read) expect(JSON.parse(written)).toEqual([...read])
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    '',
    '[',
    '[]',
    '[ ]',
    '[256]',
    '[01]',
    '[00]',
    '[1,]',
    '[,1]',
    '[1,,2]',
    '[1 ,2]',
    '[1,  2]',
    '[1.0]',
    '[-1]',
    '[1]]',
    ' [1]',
    '[1] ',
    '[1\n]',
    '[1e2]',
    '["1"]',
    '[1, ]',
    '[ 1]',
  ])('%j is none', (text) => expect(readByteArray(text)).toBeUndefined())
})
