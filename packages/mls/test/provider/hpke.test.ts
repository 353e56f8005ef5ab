import { describe, expect, it } from 'vitest'
import { jsProvider } from '../../provider/js.ts'
import { hpkeOpen, hpkeReceiveExport, hpkeSeal, hpkeSendExport } from '../../src/hpke.ts'
import type { Crypto } from '../../src/labels.ts'
import type { Provider } from '../../src/provider.ts'
import { hybridSuiteId, suiteOf } from '../../src/suite.ts'
import { providers } from './all.ts'
import { counting } from './exchange.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
const hex = (of: Uint8Array): string => Buffer.from(of).toString('hex')
const text = (of: string): Uint8Array => new TextEncoder().encode(of)
const suites = [1, 2, 3, 4, 5, 6, 7, hybridSuiteId]

/** RFC 9180 A.1.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, which are those of suite 1. */
const rfc9180 = {
  keyPair: {
    publicKey: bytes('3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d'),
    privateKey: bytes('4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8'),
  },
  kemOutput: bytes('37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431'),
  info: text('Ode on a Grecian Urn'),
  aad: text('Count-0'),
  plaintext: text('Beauty is truth, truth beauty'),
  ciphertext: bytes(
    'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a',
  ),
  exported: '3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee',
  exportedForTestContext: 'e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931',
}

describe.each(providers)('HPKE on %s', (_name, provider) => {
  it('is that of RFC 9180 A.1.1', async () => {
    const crypto: Crypto = { provider, suite: suiteOf(1) }
    const { keyPair, kemOutput, ciphertext, info, aad } = rfc9180
    expect(await hpkeOpen(crypto, keyPair, { kemOutput, ciphertext }, info, aad)).toEqual(rfc9180.plaintext)
    expect(hex(await hpkeReceiveExport(crypto, keyPair, kemOutput, info, text(''), 32))).toBe(
      rfc9180.exported,
    )
    expect(hex(await hpkeReceiveExport(crypto, keyPair, kemOutput, info, text('TestContext'), 32))).toBe(
      rfc9180.exportedForTestContext,
    )
  })

  it.each(suites)('of suite %d opens what it sealed, under the same info and aad only', async (id) => {
    const crypto: Crypto = { provider, suite: suiteOf(id) }
    const keyPair = await provider.kemGenerate(crypto.suite.kem)
    const [info, aad, plaintext] = [counting(40), counting(9), counting(100)]
    const sealed = await hpkeSeal(crypto, keyPair.publicKey, info, aad, plaintext)
    expect(await hpkeOpen(crypto, keyPair, sealed, info, aad)).toEqual(plaintext)
    const refused = { code: 'decrypt_failed' }
    await expect(hpkeOpen(crypto, keyPair, sealed, aad, aad)).rejects.toMatchObject(refused)
    await expect(hpkeOpen(crypto, keyPair, sealed, info, info)).rejects.toMatchObject(refused)
    const other = await provider.kemGenerate(crypto.suite.kem)
    await expect(hpkeOpen(crypto, other, sealed, info, aad)).rejects.toMatchObject(refused)
  })

  it.each(suites)('of suite %d exports the same at both ends', async (id) => {
    const crypto: Crypto = { provider, suite: suiteOf(id) }
    const keyPair = await provider.kemGenerate(crypto.suite.kem)
    const [info, context] = [counting(40), counting(9)]
    const { kemOutput, exported } = await hpkeSendExport(crypto, keyPair.publicKey, info, context, 77)
    expect(exported).toHaveLength(77)
    expect(await hpkeReceiveExport(crypto, keyPair, kemOutput, info, context, 77)).toEqual(exported)
    expect(await hpkeReceiveExport(crypto, keyPair, kemOutput, info, info, 77)).not.toEqual(exported)
  })
})

/** Random bytes that are the same in every run. */
const seeded = (): Provider => {
  let calls = 0
  return jsProvider((length) => counting(length, ++calls))
}

describe('the hybrid KEM', () => {
  const name = 'MLKEM768-X25519'
  const provider = seeded()
  const digest = (of: Uint8Array): string => hex(provider.hash('SHA-256', of))

  it('has keys and ciphertexts of the lengths of its registration', async () => {
    const keyPair = await provider.kemGenerate(name)
    const { sharedSecret, encapsulated } = await provider.kemEncapsulate(name, keyPair.publicKey)
    expect([keyPair.privateKey, keyPair.publicKey, encapsulated, sharedSecret].map((b) => b.length)).toEqual([
      32, 1216, 1120, 32,
    ])
  })

  it.each(providers)('on %s derives and decapsulates what it always did', async (_name, own) => {
    const keyPair = await own.kemDerive(name, counting(48))
    expect(hex(keyPair.privateKey)).toBe('5f90b546905ab3f9257c819a706a9161b389b288c269ff6ef0f6c9d6f2651e44')
    expect(digest(keyPair.publicKey)).toBe('63a1398107555ca76c29c0ee8d9a5fe34713ee45065ad4fb4ad0f098686264b0')
    const { sharedSecret, encapsulated } = await seeded().kemEncapsulate(name, keyPair.publicKey)
    expect(digest(encapsulated)).toBe('084d6bb28d25ac1b40b0669dbd494a53aaa5beb5c4b13c325fd8423dba4bc5b4')
    expect(hex(sharedSecret)).toBe('b02a176e11db19f7a2818ee7da70603522405aa302d4be95f5d3b76f592945ab')
    expect(await own.kemDecapsulate(name, keyPair, encapsulated)).toEqual(sharedSecret)
  })

  it('is repeated bit by bit from the same randomness', async () => {
    const [a, b] = [seeded(), seeded()]
    const first = await a.kemGenerate(name)
    expect(await b.kemGenerate(name)).toEqual(first)
    expect(await b.kemEncapsulate(name, first.publicKey)).toEqual(
      await a.kemEncapsulate(name, first.publicKey),
    )
    expect(await b.signatureGenerate('Ed25519')).toEqual(await a.signatureGenerate('Ed25519'))
  })
})
