import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsProvider } from '../provider/js.ts'
import { nodeProvider } from '../provider/node.ts'
import { isEncryptionKey } from '../src/encryptionKey.ts'
import { MlsError } from '../src/error.ts'
import type { KemName, Provider } from '../src/provider.ts'

const kems: readonly KemName[] = ['P-256', 'P-384', 'P-521', 'X25519', 'X448', 'MLKEM768-X25519']
const node = nodeProvider()
const js = jsProvider(node.random)

/** What a platform makes of a key when something is sealed to it. */
const canSealTo = async (provider: Provider, kem: KemName, key: Uint8Array): Promise<boolean> => {
  try {
    await provider.kemEncapsulate(kem, key)
    return true
  } catch (error) {
    if (error instanceof MlsError && error.code === 'invalid_key') return false
    throw error
  }
}

const expectSameVerdict = async (kem: KemName, key: Uint8Array, providers = [node, js]): Promise<void> => {
  for (const provider of providers)
    expect(await canSealTo(provider, kem, key), Buffer.from(key).toString('hex')).toBe(
      isEncryptionKey(kem, key),
    )
}

const littleEndian = (value: bigint, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => Number((value >> BigInt(8 * at)) & 0xffn))

const p25519 = 2n ** 255n - 19n
const p448 = 2n ** 448n - 2n ** 224n - 1n

const edges25519 = [
  0n,
  1n,
  2n,
  p25519 - 2n,
  p25519 - 1n,
  p25519,
  p25519 + 1n,
  p25519 + 2n,
  2n ** 255n - 1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
].flatMap((u) => [littleEndian(u, 32), littleEndian(u | (2n ** 255n), 32)])

describe.each(kems)('a key of %s', (kem) => {
  it('is accepted as it was generated', async () => {
    for (let i = 0; i < 3; i++) {
      const { publicKey } = await node.kemGenerate(kem)
      expect(isEncryptionKey(kem, publicKey)).toBe(true)
      await expectSameVerdict(kem, publicKey)
    }
  })

  it('is refused at any other length', async () => {
    const { publicKey } = await node.kemGenerate(kem)
    for (const key of [new Uint8Array(0), publicKey.slice(1), Uint8Array.from([...publicKey, 0])])
      expect(isEncryptionKey(kem, key)).toBe(false)
  })

  it('has the verdict of the platform when it was changed', async () => {
    const { publicKey } = await node.kemGenerate(kem)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(publicKey.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        async (changes) => {
          const key = publicKey.slice()
          for (const [at, value] of changes) key[at] = value
          await expectSameVerdict(kem, key, [node])
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('keys that a secret of zero would come of', () => {
  it('are refused for X25519, reduced or not, with any top bit', async () => {
    for (const key of edges25519) await expectSameVerdict('X25519', key)
    expect(edges25519.filter((key) => isEncryptionKey('X25519', key))).toHaveLength(8)
  })

  it('are refused as a part of a hybrid key', async () => {
    const { publicKey } = await node.kemGenerate('MLKEM768-X25519')
    for (const key of edges25519)
      await expectSameVerdict('MLKEM768-X25519', Uint8Array.from([...publicKey.subarray(0, 1184), ...key]))
  })

  it('are refused for X448', async () => {
    const edges = [0n, 1n, 2n, p448 - 2n, p448 - 1n, p448, p448 + 1n, p448 + 2n, 2n ** 448n - 1n]
    for (const u of edges) await expectSameVerdict('X448', littleEndian(u, 56))
    expect(edges.filter((u) => isEncryptionKey('X448', littleEndian(u, 56)))).toHaveLength(4)
  })
})

describe('keys that are not reduced', () => {
  it('are refused for ML-KEM at every coefficient', async () => {
    const { publicKey } = await node.kemGenerate('MLKEM768-X25519')
    for (const at of [0, 1, 2, 383, 766, 767])
      for (const value of [3328, 3329, 4095]) {
        const key = publicKey.slice()
        const byte = 3 * Math.floor(at / 2)
        if (at % 2 === 0) {
          key[byte] = value & 0xff
          key[byte + 1] = ((key[byte + 1] as number) & 0xf0) | (value >>> 8)
        } else {
          key[byte + 1] = ((key[byte + 1] as number) & 0x0f) | ((value & 0xf) << 4)
          key[byte + 2] = value >>> 4
        }
        expect(isEncryptionKey('MLKEM768-X25519', key)).toBe(value === 3328)
        await expectSameVerdict('MLKEM768-X25519', key)
      }
  })

  it('are refused for curves in short form', async () => {
    for (const [kem, bytes] of [
      ['P-256', 65],
      ['P-384', 97],
      ['P-521', 133],
    ] as const) {
      const { publicKey } = await node.kemGenerate(kem)
      const zero = new Uint8Array(bytes)
      zero[0] = 4
      const compressed = publicKey.slice()
      compressed[0] = 2
      const hybrid = publicKey.slice()
      hybrid[0] = 6
      const huge = new Uint8Array(bytes).fill(0xff)
      huge[0] = 4
      for (const key of [zero, compressed, hybrid, huge]) {
        expect(isEncryptionKey(kem, key)).toBe(false)
        await expectSameVerdict(kem, key)
      }
    }
  })
})
