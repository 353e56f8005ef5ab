import { generateKeyPairSync } from 'node:crypto'
import { limits } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { readPublicKey } from '../../src/open/accounts/publicKey.ts'
import { asRefusal } from '../../src/open/failure.ts'

const jwkOf = (bits: number) =>
  generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
const rsa = jwkOf(2048)

const outcome = (key: unknown): Promise<string> =>
  readPublicKey(key).then(
    () => 'accepted',
    (error: unknown) => asRefusal(error)?.code ?? 'thrown',
  )

describe('a public key', () => {
  it('has labels of so many characters and no more, and each is what it is for', async () => {
    const label = 'k'.repeat(limits.openKeyLabelCharactersMax)
    for (const name of ['kid', 'use', 'alg']) {
      expect(await outcome({ ...ec, [name]: label }), name).toBe('accepted')
      for (const wrong of [`${label}k`, 7, null, [label], { a: label }])
        expect(await outcome({ ...ec, [name]: wrong }), name).toBe('KEY_INVALID')
      expect(await outcome({ keys: [ec, { ...ec, [name]: `${label}k` }] }), name).toBe('KEY_INVALID')
      expect(await outcome(JSON.stringify({ ...ec, [name]: `${label}k` })), name).toBe('KEY_INVALID')
    }
    expect(await outcome({ ...ec, key_ops: Array.from({ length: 8 }, () => label) })).toBe('accepted')
    for (const wrong of [Array.from({ length: 9 }, () => 'a'), [`${label}k`], [7], label])
      expect(await outcome({ ...ec, key_ops: wrong })).toBe('KEY_INVALID')
  })

  it('has so many characters and no more, room for a set of eight keys of 4096 bits', async () => {
    const wide = { ...rsa, n: Buffer.alloc(512, 0xff).toString('base64url'), kid: 'k'.repeat(43) }
    expect(await outcome({ keys: Array.from({ length: 8 }, () => wide) })).toBe('accepted')
    // White space in a JWK as text is the only thing that has no bound of its own.
    const text = JSON.stringify(ec)
    const quotes = JSON.stringify(text).length - text.length
    const padded = (characters: number): string => text + ' '.repeat(characters - text.length - quotes)
    expect(await outcome(padded(limits.openKeyCharactersMax))).toBe('accepted')
    expect(await outcome(padded(limits.openKeyCharactersMax + 1))).toBe('KEY_INVALID')
  })
})
