import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PublicKeySet } from '../src/publicKeySet.ts'

it('tells keys apart that end alike, however many there are', () => {
  const keyOf = (at: number, end: number): Uint8Array => {
    const key = new Uint8Array(32)
    new DataView(key.buffer).setUint32(0, at)
    key[31] = end
    return key
  }
  // Numbers up to 200 in two groups of the same end: few in a group, and more than are listed.
  const numbers = fc.array(fc.tuple(fc.nat(200), fc.nat(1)), { maxLength: 300 })
  fc.assert(
    fc.property(numbers, (list) => {
      const keys = new PublicKeySet()
      const known = new Set<string>()
      for (const [at, end] of list) {
        expect(keys.has(keyOf(at, end))).toBe(known.has(`${at} ${end}`))
        expect(keys.add(keyOf(at, end))).toBe(!known.has(`${at} ${end}`))
        known.add(`${at} ${end}`)
      }
    }),
  )
})
