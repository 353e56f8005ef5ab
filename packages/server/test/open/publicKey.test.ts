import { generateKeyPairSync } from 'node:crypto'
import { limits } from '@sotto/protocol'
import { calculateJwkThumbprint } from 'jose'
import { describe, expect, it } from 'vitest'
import { readNewPublicKey, readPublicKey } from '../../src/open/accounts/publicKey.ts'
import { asRefusal } from '../../src/open/failure.ts'

const pemOf = (key: { export(options: { type: 'spki'; format: 'pem' }): unknown }): string =>
  String(key.export({ type: 'spki', format: 'pem' }))
const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
const ec = ecKey.export({ format: 'jwk' })
const rsaKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
const rsa = rsaKey.export({ format: 'jwk' })

const outcomeOf =
  (reader: (key: unknown) => unknown) =>
  (key: unknown): string => {
    try {
      reader(key)
      return 'accepted'
    } catch (error) {
      return asRefusal(error)?.code ?? 'thrown'
    }
  }
const outcome = outcomeOf(readPublicKey)

// Which keys contradict themselves, protocol/test/openKeys.test.ts tells.
describe('a public key', () => {
  it('is PEM, a JWK, a JWK as text or a set, and has the same fingerprint in each', async () => {
    const fingerprint = await calculateJwkThumbprint(ec, 'sha256')
    for (const uploaded of [
      pemOf(ecKey),
      ec,
      JSON.stringify(ec),
      JSON.stringify(ec, null, 2),
      { keys: [ec] },
    ])
      expect(readPublicKey(uploaded)).toMatchObject({ fingerprint, uploaded: JSON.stringify(uploaded) })
  })

  it.each([
    ['twice the same member', `{"kty":"EC","kty":"EC","crv":"P-256","x":"${ec.x}","y":"${ec.y}"}`],
    ['another curve in PEM', pemOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)],
    ['RSASSA-PSS in PEM', pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey)],
    [
      'a small exponent in PEM',
      pemOf(generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).publicKey),
    ],
    ['PEM with something before it', ` ${pemOf(ecKey)}`],
    ['PEM and more', `${pemOf(ecKey)}${pemOf(ecKey)}`],
    ['a text', 'key'],
    ['a number', 7],
    ['nothing', undefined],
    ['a label of a contradiction', { ...ec, alg: 'HS256' }],
  ])('is refused: %s', (_what, uploaded) => {
    expect(outcome(uploaded)).toBe('KEY_INVALID')
  })

  it('of RSA has 3,072 bits where it is new, and 2,048 where it was there', () => {
    const longer = generateKeyPairSync('rsa', { modulusLength: limits.openNewRsaBitsMin }).publicKey
    const isNew = outcomeOf(readNewPublicKey)
    for (const uploaded of [rsa, pemOf(rsaKey), { keys: [ec, rsa] }]) {
      expect(outcome(uploaded)).toBe('accepted')
      expect(isNew(uploaded)).toBe('KEY_INVALID')
    }
    for (const uploaded of [ec, longer.export({ format: 'jwk' }), pemOf(longer)])
      expect(isNew(uploaded)).toBe('accepted')
  })

  it('has so many characters and no more', () => {
    // White space in a JWK as text is the only thing that has no bound of its own.
    const text = JSON.stringify(ec)
    const quotes = JSON.stringify(text).length - text.length
    const padded = (characters: number): string => text + ' '.repeat(characters - text.length - quotes)
    expect(outcome(padded(limits.openKeyCharactersMax))).toBe('accepted')
    expect(outcome(padded(limits.openKeyCharactersMax + 1))).toBe('KEY_INVALID')
  })
})
