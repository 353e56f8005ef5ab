import { generateKeyPairSync } from 'node:crypto'
import { expect, it } from 'vitest'
import { isEd25519Key } from '../src/open/ed25519.ts'
import { judgeKeys } from '../src/open/publicKey.ts'

const ofHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

it('a key of Ed25519 is a point of its curve, spelled in one way', () => {
  for (let made = 0; made < 20; made++) {
    const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
    const bytes = Uint8Array.from(Buffer.from(x, 'base64url'))
    expect(isEd25519Key(bytes)).toBe(true)
  }
  // RFC 8032 §7.1, the first.
  expect(isEd25519Key(ofHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'))).toBe(true)
  const beside = Array.from({ length: 64 }, (_, y) =>
    Uint8Array.from({ length: 32 }, (_one, i) => (i ? 0 : y)),
  )
  const taken = beside.filter(isEd25519Key).length
  expect(taken).toBeGreaterThan(16)
  expect(taken).toBeLessThan(48)
  expect(isEd25519Key(new Uint8Array(32).fill(0xff))).toBe(false)
  expect(isEd25519Key(new Uint8Array(31))).toBe(false)
})

/** The y of all points whose order divides eight, with either sign: under them a signature fits many messages. */
const ofSmallOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
]
it.each(ofSmallOrder)('%s is no key', (hex) => expect(isEd25519Key(ofHex(hex))).toBe(false))

it('a set with such a key is not put up, and receives where it is there, with nothing signed by it', () => {
  const receiving = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  const keys = [receiving, { kty: 'OKP', crv: 'Ed25519', x: Buffer.alloc(32).toString('base64url') }]
  expect(() => judgeKeys({ keys })).toThrow()
  expect(judgeKeys({ keys }, 'there').all.map(({ signing }) => signing)).toEqual(['ES256', null])
})
