import { utf8Bytes } from '@sotto/protocol'
import { expect } from 'vitest'
import type { Cryptography, Jwk } from '../../src/ports/cryptography.ts'

interface Rule {
  readonly title: string
  run(cryptography: Cryptography): Promise<void>
}

const text = utf8Bytes('for one only: é🙂')
const publicOf = ({ d: _d, ...key }: Jwk): Jwk => key

/** What every cryptography of a lane does with the kinds of keys that cost little. */
export const cryptographyContract: readonly Rule[] = [
  {
    title: 'seals to a key what that key alone opens, as a compact JWE',
    run: async ({ generate, seal, open }) => {
      const [own, other] = [await generate('P-256'), await generate('P-256')]
      const sealed = await seal(text, publicOf(own), 'A256GCM')
      expect(sealed.split('.')).toHaveLength(5)
      expect(await open(sealed, own)).toEqual(text)
      await expect(open(sealed, other)).rejects.toThrow()
    },
  },
  {
    title: 'seals to several at once; each opens its own part',
    run: async ({ generate, sealToAll, open }) => {
      const [alice, bob] = [await generate('P-256'), await generate('P-256')]
      const keys = new Map([
        ['alice', publicOf(alice)],
        ['bob', publicOf(bob)],
      ])
      const { recipients, ...shared } = await sealToAll(text, keys, 'A256GCM')
      const parts = recipients as readonly { readonly header: { readonly kid: string } }[]
      expect(parts.map(({ header }) => header.kid)).toEqual(['alice', 'bob'])
      expect(await open({ ...shared, ...parts[1] }, bob)).toEqual(text)
      await expect(open({ ...shared, ...parts[0] }, bob)).rejects.toThrow()
    },
  },
  {
    title: 'signs, with the payload inside and beside it, and knows what is by another',
    run: async ({ generate, sign, verify, isSigned }) => {
      for (const [kind, alg] of [
        ['Ed25519', 'EdDSA'],
        ['P-256', 'ES256'],
      ] as const) {
        const [own, other] = [await generate(kind), await generate(kind)]
        const jws = await sign(text, own)
        expect(await verify(jws, publicOf(own), alg)).toEqual(text)
        await expect(verify(jws, publicOf(other), alg)).rejects.toThrow()
        const [header = '', payload = '', signature = ''] = jws.split('.')
        const beside = new Uint8Array(Buffer.from(signature, 'base64url'))
        const signed = utf8Bytes(`${header}.${payload}`)
        expect(await isSigned(signed, beside, publicOf(own), alg)).toBe(true)
        expect(await isSigned(signed, beside, publicOf(other), alg)).toBe(false)
        expect(await isSigned(utf8Bytes('other'), beside, publicOf(own), alg)).toBe(false)
      }
    },
  },
  {
    title: 'encrypts with a tag at the end, over what stands beside it',
    run: async ({ random, encrypt, decrypt }) => {
      const [key, iv, aad] = [random(32), random(12), utf8Bytes('beside')]
      const sealed = await encrypt(key, iv, text, aad)
      expect(sealed).toHaveLength(text.length + 16)
      expect(await decrypt(key, iv, sealed, aad)).toEqual(text)
      await expect(decrypt(key, iv, sealed, utf8Bytes('else'))).rejects.toThrow()
      await expect(decrypt(random(32), iv, sealed, aad)).rejects.toThrow()
    },
  },
  {
    title: 'names a key by its essential members (RFC 7638)',
    run: async ({ generate, thumbprint }) => {
      const own = await generate('P-256')
      expect(await thumbprint(own)).toBe(await thumbprint({ ...publicOf(own), use: 'enc' }))
      expect(await thumbprint(own)).not.toBe(await thumbprint(await generate('P-256')))
    },
  },
]
