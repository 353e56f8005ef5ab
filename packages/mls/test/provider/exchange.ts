import { expect } from 'vitest'
import type { AeadName, KemName, Provider, SignatureName } from '../../src/provider.ts'

export const aeads: readonly AeadName[] = ['AES-128-GCM', 'AES-256-GCM', 'ChaCha20-Poly1305']
export const kems: readonly KemName[] = ['P-256', 'P-384', 'P-521', 'X25519', 'X448', 'MLKEM768-X25519']
export const signatures: readonly SignatureName[] = [
  'Ed25519',
  'Ed448',
  'ECDSA-P256',
  'ECDSA-P384',
  'ECDSA-P521',
]

export const counting = (length: number, first = 1): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (first + i * 7) & 0xff)

/** What needs no synchronous answer, so that it may be in another process. */
export type RemoteProvider = Omit<Provider, 'random' | 'hash' | 'hmac' | 'hkdfExtract' | 'hkdfExpand'>

const rejects = async (attempt: () => unknown, code: string): Promise<void> =>
  expect((async () => attempt())()).rejects.toMatchObject({ code })

/** What `a` seals, `b` opens, and nothing else. */
export const exchangeAead = async (a: RemoteProvider, b: RemoteProvider): Promise<void> => {
  for (const name of aeads)
    for (const length of [0, 1, 100, 20_000]) {
      const key = counting(name === 'AES-128-GCM' ? 16 : 32)
      const nonce = counting(12)
      const aad = counting(length === 1 ? 0 : 33)
      const plaintext = counting(length)
      const sealed = await a.aeadSeal(name, key, nonce, aad, plaintext)
      expect(sealed).toHaveLength(length + 16)
      expect(await b.aeadOpen(name, key, nonce, aad, sealed)).toEqual(plaintext)
      const broken = sealed.slice()
      broken[length] = (broken[length] as number) ^ 1
      await rejects(() => b.aeadOpen(name, key, nonce, aad, broken), 'decrypt_failed')
      await rejects(() => b.aeadOpen(name, key, nonce, counting(5), sealed), 'decrypt_failed')
    }
}

/** What `a` encapsulates to a key of `b`, `b` decapsulates; both derive the same keys. */
export const exchangeKem = async (a: RemoteProvider, b: RemoteProvider): Promise<void> => {
  for (const name of kems) {
    const generated = await b.kemGenerate(name)
    const { sharedSecret, encapsulated } = await a.kemEncapsulate(name, generated.publicKey)
    expect(await b.kemDecapsulate(name, generated, encapsulated)).toEqual(sharedSecret)
    const derived = await a.kemDerive(name, counting(48))
    expect(await b.kemDerive(name, counting(48))).toEqual(derived)
    // Arrays of its own, so that no cache answers.
    const copy = { publicKey: generated.publicKey.slice(), privateKey: generated.privateKey.slice() }
    expect(await a.kemDecapsulate(name, copy, encapsulated)).toEqual(sharedSecret)
  }
}

/** What `a` signs, `b` verifies; then the other way round with the same key. */
export const exchangeSignatures = async (a: RemoteProvider, b: RemoteProvider): Promise<void> => {
  for (const name of signatures) {
    const { publicKey, privateKey } = await a.signatureGenerate(name)
    const [message, other] = [counting(50), counting(51)]
    const signature = await a.sign(name, privateKey, message)
    expect(await b.verify(name, publicKey, message, signature)).toBe(true)
    expect(await b.verify(name, publicKey, other, signature)).toBe(false)
    expect(await a.verify(name, publicKey, message, await b.sign(name, privateKey, message))).toBe(true)
  }
}
