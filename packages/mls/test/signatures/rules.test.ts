import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { jsProvider } from '../../provider/js.ts'
import { nodeProvider } from '../../provider/node.ts'
import { nodeEd25519 } from '../../provider/node-signature.ts'
import { webEd25519, webEd25519Primitives, webX25519 } from '../../provider/web-native.ts'
import { detectNatives } from '../../provider/web-detect.ts'
import { platformSubtle, type Subtle } from '../../provider/web-subtle.ts'
import {
  ed25519InJs,
  ed25519Verifier,
  isCanonicalEd25519Key,
  isPrimeOrder,
  isUnambiguous,
  verifyWithoutCofactor,
  type Ed25519Primitives,
} from '../../src/ed25519.ts'
import type { Provider } from '../../src/provider.ts'

const { Point } = ed25519
const p = 2n ** 255n - 19n
const order = 2n ** 252n + 27742317777372353535851937790883648493n
const generatorOfSmallOrder = Point.fromHex(
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
)

const littleEndian = (value: bigint): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
const fromLittleEndian = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
const withSign = (bytes: Uint8Array): Uint8Array => {
  const signed = bytes.slice()
  signed[31] = (signed[31] as number) | 0x80
  return signed
}
const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

const seed = new Uint8Array(32).fill(42)
const key = ed25519.getPublicKey(seed)
const message = new TextEncoder().encode('one verdict')
const good = ed25519.sign(message, seed)
const secretScalar = ed25519.utils.getExtendedPublicKey(seed).scalar

/** A signature whose R and A have the given components of small order, good in the cofactored equation. */
const signed = (componentR: number, componentA: number) => {
  const small = (count: number) =>
    count === 0 ? Point.ZERO : generatorOfSmallOrder.multiplyUnsafe(BigInt(count))
  const publicKey = Point.fromBytes(key).add(small(componentA)).toBytes()
  const r = 123456789n
  const encodedR = Point.BASE.multiply(r).add(small(componentR)).toBytes()
  const k = fromLittleEndian(sha512(join(encodedR, publicKey, message))) % order
  return { publicKey, signature: join(encodedR, littleEndian((r + k * secretScalar) % order)) }
}

const providers: readonly (readonly [string, Provider])[] = [
  ['node', nodeProvider()],
  ['js', jsProvider((length) => new Uint8Array(randomBytes(length)))],
]

describe.each(providers)('on %s', (_name, provider) => {
  const accepts = (publicKey: Uint8Array, signature: Uint8Array, of = message) =>
    provider.verify('Ed25519', publicKey, of, signature)

  it('a signature made by the book is good', async () => {
    expect(await accepts(key, good)).toBe(true)
    expect(await accepts(signed(0, 0).publicKey, signed(0, 0).signature)).toBe(true)
    expect(await accepts(key, good, new Uint8Array(0))).toBe(false)
  })

  it('SIG-1: other lengths', async () => {
    expect(await accepts(key.subarray(1), good)).toBe(false)
    expect(await accepts(join(key, Uint8Array.of(0)), good)).toBe(false)
    expect(await accepts(key, good.subarray(1))).toBe(false)
    expect(await accepts(key, join(good, Uint8Array.of(0)))).toBe(false)
    expect(await accepts(key, new Uint8Array(0))).toBe(false)
  })

  it('SIG-2: S that is not reduced', async () => {
    const s = fromLittleEndian(good.subarray(32))
    for (const more of [s + order, s + 2n * order, order, 2n ** 256n - 1n])
      expect(await accepts(key, join(good.subarray(0, 32), littleEndian(more)))).toBe(false)
  })

  it('SIG-3: R and A that are not reduced, or of small order, in every spelling', async () => {
    for (let count = 0n; count < 8n; count++) {
      const point = count === 0n ? Point.ZERO : generatorOfSmallOrder.multiplyUnsafe(count)
      const y = point.toAffine().y
      const spellings = [littleEndian(y), ...(y + p < 2n ** 255n ? [littleEndian(y + p)] : [])]
      for (const spelling of spellings.flatMap((bytes) => [bytes, withSign(bytes)])) {
        expect(isUnambiguous(spelling, good)).toBe(false)
        expect(isUnambiguous(key, join(spelling, good.subarray(32)))).toBe(false)
        expect(isCanonicalEd25519Key(spelling)).toBe(false)
        // With S = 0 and R = A of order 1 or 2, the equations hold for a part of all messages.
        expect(await accepts(spelling, join(spelling, new Uint8Array(32)))).toBe(false)
      }
    }
    for (let y = p; y < 2n ** 255n; y++) {
      expect(isUnambiguous(littleEndian(y), good)).toBe(false)
      expect(isUnambiguous(key, join(littleEndian(y), good.subarray(32)))).toBe(false)
    }
    expect(isUnambiguous(littleEndian(p - 2n), good)).toBe(true)
  })

  it('SIG-4: keys with a component of small order, keys that are no point', async () => {
    for (let component = 1; component < 8; component++) {
      const { publicKey, signature } = signed(0, component)
      expect(ed25519.verify(signature, message, publicKey, { zip215: true })).toBe(true)
      expect(await accepts(publicKey, signature)).toBe(false)
      expect(isCanonicalEd25519Key(publicKey)).toBe(false)
    }
    let outside = 2n
    while (onCurve(outside)) outside++
    expect(await accepts(littleEndian(outside), good)).toBe(false)
    expect(isCanonicalEd25519Key(littleEndian(outside))).toBe(false)
    expect(isCanonicalEd25519Key(key)).toBe(true)
  })

  it('SIG-5: what only the cofactored equation accepts', async () => {
    for (let component = 1; component < 8; component++) {
      const { publicKey, signature } = signed(component, 0)
      expect(ed25519.verify(signature, message, publicKey, { zip215: true })).toBe(true)
      expect(isUnambiguous(publicKey, signature)).toBe(true)
      expect(await accepts(publicKey, signature)).toBe(false)
    }
  })

  it('SIG-8: every bit of key, message and signature counts', async () => {
    for (const [bytes, of] of [
      [key, 'key'],
      [message, 'message'],
      [good, 'signature'],
    ] as const)
      for (let bit = 0; bit < bytes.length * 8; bit += 7) {
        const changed = bytes.slice()
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
        const verdict = await provider.verify(
          'Ed25519',
          of === 'key' ? changed : key,
          of === 'message' ? changed : message,
          of === 'signature' ? changed : good,
        )
        expect([of, bit, verdict]).toEqual([of, bit, false])
      }
  })
})

describe('a platform', () => {
  const subtle = platformSubtle() as Subtle

  /** The platform of this machine with another way to verify or to sign. */
  const platformWith = (changed: Partial<Subtle>): Subtle =>
    new Proxy(subtle, {
      get: (_, name: keyof Subtle) => changed[name] ?? (subtle[name] as () => unknown).bind(subtle),
    })

  it('SIG-6: is left to verify only where it refuses what the cofactored equation alone accepts', async () => {
    const keys = new Map<unknown, Uint8Array>()
    const importKey = (async (
      format: 'raw',
      bytes: Uint8Array<ArrayBuffer>,
      ...rest: [string, boolean, KeyUsage[]]
    ) => {
      const imported = await subtle.importKey(format, bytes, ...rest)
      keys.set(imported, bytes)
      return imported
    }) as Subtle['importKey']
    const verifying = (equation: typeof verifyWithoutCofactor): Subtle =>
      platformWith({
        importKey,
        verify: async (_, by, signature, of) =>
          equation(keys.get(by) as Uint8Array, of as Uint8Array, signature as Uint8Array),
      })
    const withCofactor: typeof verifyWithoutCofactor = (publicKey, of, signature) =>
      ed25519.verify(signature, of, publicKey, { zip215: true })
    expect(await detectNatives(verifying(verifyWithoutCofactor), ['Ed25519'])).toEqual(new Set(['Ed25519']))
    expect(await detectNatives(verifying(withCofactor), ['Ed25519'])).toEqual(new Set())
    const forgetful = platformWith({ verify: async () => false })
    expect(await detectNatives(forgetful, ['Ed25519'])).toEqual(new Set())
    const signing = platformWith({ sign: async () => new Uint8Array(64).buffer })
    expect(await detectNatives(signing, ['Ed25519'])).toEqual(new Set())
  })

  it('SIG-7: is asked once whether a key is of prime order, and never for one that is not', async () => {
    const calls: string[] = []
    const inJs = ed25519InJs
    const counted: Ed25519Primitives = {
      verify: (...args) => (calls.push('known'), inJs.verify(...args)),
      verifyNew: (...args) => (calls.push('new'), inJs.verifyNew(...args)),
    }
    const verifier = ed25519Verifier(counted)
    for (let i = 0; i < 3; i++) expect(await verifier(key, message, good)).toBe(true)
    expect(calls).toEqual(['new', 'known', 'known'])
    const { publicKey, signature } = signed(0, 1)
    for (let i = 0; i < 3; i++) expect(await verifier(publicKey, message, signature)).toBe(false)
    expect(calls).toEqual(['new', 'known', 'known', 'new'])
    expect([isCanonicalEd25519Key(key), isCanonicalEd25519Key(publicKey)]).toEqual([true, false])
  })
})

const onCurve = (y: bigint): boolean => {
  try {
    Point.fromBytes(littleEndian(y))
    return true
  } catch {
    return false
  }
}

const subtle = platformSubtle() as Subtle
const native: readonly (readonly [string, Ed25519Primitives])[] = [
  ['OpenSSL', nodeEd25519()],
  ['JavaScript', ed25519InJs],
  ['WebCrypto', await webEd25519Primitives(webEd25519(subtle), webX25519(subtle))],
]

/** The primitives themselves, so that no verdict that is kept answers for them. */
describe.each(native)('the test for prime order on X25519 of %s', (_name, primitives) => {
  it('agrees with the definition on keys and all they become by a component of small order', async () => {
    for (let i = 0; i < 16; i++) {
      const point = Point.fromBytes(ed25519.keygen().publicKey)
      for (let component = 0n; component < 8n; component++) {
        const small = component === 0n ? Point.ZERO : generatorOfSmallOrder.multiplyUnsafe(component)
        const publicKey = point.add(small).toBytes()
        expect(isPrimeOrder(publicKey)).toBe(component === 0n)
        expect((await primitives.verifyNew(publicKey, message, good)).prime).toBe(component === 0n)
      }
    }
  })

  it('finds signatures of new keys good or bad, many at once', async () => {
    const keys = Array.from({ length: 40 }, () => ed25519.keygen())
    const verdicts = await Promise.all(
      keys.map(async ({ publicKey, secretKey }, i) => {
        const signature = ed25519.sign(i % 3 === 0 ? key : message, secretKey)
        return primitives.verifyNew(publicKey, message, signature)
      }),
    )
    expect(verdicts).toEqual(keys.map((_, i) => ({ prime: true, good: i % 3 !== 0 })))
  })

  it('agrees with it on what is no point', async () => {
    for (let y = 2n; y < 200n; y++) {
      const publicKey = littleEndian(y)
      const { prime } = await primitives.verifyNew(publicKey, message, good)
      expect([y, prime]).toEqual([y, isPrimeOrder(publicKey)])
    }
  })
})
