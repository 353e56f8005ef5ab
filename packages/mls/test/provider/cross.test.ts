import { describe, expect, it } from 'vitest'
import type { HashName, Provider } from '../../src/provider.ts'
import { providers } from './all.ts'
import {
  aeads,
  counting,
  exchangeAead,
  exchangeKem,
  exchangeSignatures,
  kems,
  signatures,
} from './exchange.ts'

const hashes: readonly HashName[] = ['SHA-256', 'SHA-384', 'SHA-512']

const pairs = providers.flatMap(([from, a]) =>
  providers.filter(([to]) => to !== from).map(([to, b]) => [from, to, a, b] as const),
)
const empty = new Uint8Array(0)

describe('hash and key derivation', () => {
  const [, reference] = providers[0] as readonly [string, Provider]
  const lengths = [0, 1, 63, 64, 65, 127, 128, 129, 1000]
  it.each(providers)('%s equals the first', (_name, provider) => {
    for (const hash of hashes)
      for (const length of lengths) {
        const data = counting(length)
        expect(provider.hash(hash, data)).toEqual(reference.hash(hash, data))
        for (const keyLength of [0, 32, 200]) {
          const key = counting(keyLength, 3)
          expect(provider.hmac(hash, key, data)).toEqual(reference.hmac(hash, key, data))
          expect(provider.hkdfExtract(hash, key, data)).toEqual(reference.hkdfExtract(hash, key, data))
          expect(provider.hkdfExpand(hash, key, data, length)).toEqual(
            reference.hkdfExpand(hash, key, data, length),
          )
        }
      }
  })

  it.each(providers)('%s derives what RFC 5869 A.1 says', (_name, provider) => {
    const prk = provider.hkdfExtract(
      'SHA-256',
      Uint8Array.from({ length: 13 }, (_, i) => i),
      new Uint8Array(22).fill(0x0b),
    )
    expect(Buffer.from(prk).toString('hex')).toBe(
      '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5',
    )
    const info = Uint8Array.from({ length: 10 }, (_, i) => 0xf0 + i)
    expect(Buffer.from(provider.hkdfExpand('SHA-256', prk, info, 42)).toString('hex')).toBe(
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    )
  })

  it.each(providers)('%s refuses an expansion beyond 255 blocks', (_name, provider) => {
    expect(provider.hkdfExpand('SHA-256', counting(32), empty, 255 * 32)).toHaveLength(255 * 32)
    expect(() => provider.hkdfExpand('SHA-256', counting(32), empty, 255 * 32 + 1)).toThrow('limit_exceeded')
  })

  it.each(providers)('%s gives random bytes of any length', (_name, provider) => {
    expect(provider.random(0)).toHaveLength(0)
    expect(
      provider
        .random(70_000)
        .subarray(66_000)
        .some((byte) => byte !== 0),
    ).toBe(true)
    expect(provider.random(32)).not.toEqual(provider.random(32))
  })
})

describe('what one provider makes, another takes', () => {
  it.each(pairs)('%s -> %s: AEAD', (_from, _to, a, b) => exchangeAead(a, b))
  it.each(pairs)('%s -> %s: KEM', (_from, _to, a, b) => exchangeKem(a, b))
  it.each(pairs)('%s -> %s: signatures', (_from, _to, a, b) => exchangeSignatures(a, b))
})

const refusal = async (attempt: () => unknown): Promise<unknown> => {
  try {
    await attempt()
  } catch (error) {
    return (error as { code?: unknown }).code
  }
  return 'accepted'
}

describe.each(providers)('%s refuses', (_name, provider) => {
  it.each(kems)('what is no key of %s', async (name) => {
    const { publicKey, privateKey } = await provider.kemGenerate(name)
    for (const bytes of [empty, publicKey.subarray(1), new Uint8Array(publicKey.length + 1)])
      expect(await refusal(() => provider.kemEncapsulate(name, bytes))).toBe('invalid_key')
    const { encapsulated } = await provider.kemEncapsulate(name, publicKey)
    expect(
      await refusal(() =>
        provider.kemDecapsulate(name, { publicKey, privateKey: privateKey.subarray(1) }, encapsulated),
      ),
    ).toBe('invalid_key')
    expect(
      await refusal(() => provider.kemDecapsulate(name, { publicKey, privateKey }, encapsulated.subarray(1))),
    ).toMatch(/invalid_key|decrypt_failed/)
  })

  it('X25519 keys of small order', async () => {
    const one = new Uint8Array(32)
    one[0] = 1
    for (const key of [new Uint8Array(32), one])
      expect(await refusal(() => provider.kemEncapsulate('X25519', key))).toBe('invalid_key')
    const { publicKey } = await provider.kemGenerate('MLKEM768-X25519')
    const hybrid = publicKey.slice()
    hybrid.fill(0, 1184)
    expect(await refusal(() => provider.kemEncapsulate('MLKEM768-X25519', hybrid))).toBe('invalid_key')
  })

  it('ML-KEM keys that are not reduced', async () => {
    const { publicKey } = await provider.kemGenerate('MLKEM768-X25519')
    const bad = publicKey.slice()
    bad.fill(0xff, 0, 30)
    expect(await refusal(() => provider.kemEncapsulate('MLKEM768-X25519', bad))).toBe('invalid_key')
  })

  it('points that are not on their curve', async () => {
    for (const [name, length] of [
      ['P-256', 65],
      ['P-384', 97],
      ['P-521', 133],
    ] as const) {
      const point = new Uint8Array(length).fill(1)
      point[0] = 4
      expect(await refusal(() => provider.kemEncapsulate(name, point))).toBe('invalid_key')
    }
  })

  it.each(signatures)('malformed keys and signatures of %s, by saying no', async (name) => {
    const { publicKey, privateKey } = await provider.signatureGenerate(name)
    const message = counting(20)
    const signature = await provider.sign(name, privateKey, message)
    for (const key of [
      empty,
      publicKey.subarray(1),
      new Uint8Array(publicKey.length),
      new Uint8Array(publicKey.length).fill(0xff),
    ])
      expect(await provider.verify(name, key, message, signature)).toBe(false)
    for (const bytes of [
      empty,
      signature.subarray(1),
      new Uint8Array(signature.length),
      new Uint8Array([...signature, 0]),
    ])
      expect(await provider.verify(name, publicKey, message, bytes)).toBe(false)
    expect(await refusal(() => provider.sign(name, privateKey.subarray(1), message))).toBe('invalid_key')
  })

  it('AEAD keys and nonces of other lengths, and what is shorter than a tag', async () => {
    const [key, nonce] = [counting(32), counting(12)]
    for (const name of aeads) {
      expect(await refusal(() => provider.aeadSeal(name, counting(31), nonce, empty, empty))).toBe(
        'invalid_use',
      )
      expect(await refusal(() => provider.aeadSeal(name, key, counting(11), empty, empty))).toBe(
        'invalid_use',
      )
    }
    for (const name of ['AES-256-GCM', 'ChaCha20-Poly1305'] as const)
      expect(await refusal(() => provider.aeadOpen(name, key, nonce, empty, counting(15)))).toBe(
        'decrypt_failed',
      )
  })
})

describe.each(providers)('%s keeps imported keys', (_name, provider) => {
  it('but not for an array that was changed in place', async () => {
    const { publicKey, privateKey } = await provider.signatureGenerate('Ed25519')
    const message = counting(10)
    const signature = await provider.sign('Ed25519', privateKey, message)
    expect(await provider.verify('Ed25519', publicKey, message, signature)).toBe(true)
    const other = await provider.signatureGenerate('Ed25519')
    publicKey.set(other.publicKey)
    expect(await provider.verify('Ed25519', publicKey, message, signature)).toBe(false)
    privateKey.fill(0)
    expect(await provider.sign('Ed25519', privateKey, message)).not.toEqual(signature)
    const keys = await provider.kemGenerate('MLKEM768-X25519')
    const { sharedSecret, encapsulated } = await provider.kemEncapsulate('MLKEM768-X25519', keys.publicKey)
    keys.privateKey.fill(0)
    expect(await provider.kemDecapsulate('MLKEM768-X25519', keys, encapsulated)).not.toEqual(sharedSecret)
  })
})
