import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concat, equalBytes } from './bytes.ts'
import type { Awaitable } from './provider.ts'

/**
 * One verdict on Ed25519 signatures: the rules SIG-1 to SIG-7 of docs/spec/signatures.md. What verifiers disagree on
 * is refused here and never reaches the verifier of a platform.
 */

const p = 2n ** 255n - 19n
const order = 2n ** 252n + 27742317777372353535851937790883648493n

const littleEndian = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(32)
  const words = new DataView(bytes.buffer)
  for (let i = 0, rest = value; i < 4; i++, rest >>= 64n) words.setBigUint64(8 * i, rest, true)
  return bytes
}

/** @param bytes as many as a multiple of 8 */
const bigInt = (bytes: Uint8Array): bigint => {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let value = 0n
  for (let at = bytes.length - 8; at >= 0; at -= 8) value = (value << 64n) | words.getBigUint64(at, true)
  return value
}

const fieldBytes = littleEndian(p)
const orderBytes = littleEndian(order)

/** A y coordinate of order 8; the others of small order are its negative, 0, 1 and -1. */
const yOfOrder8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n
const smallOrderY = [0n, 1n, p - 1n, yOfOrder8, p - yOfOrder8].map(littleEndian)

const isBelow = (bytes: Uint8Array, bound: Uint8Array, topMask: number): boolean => {
  for (let i = 31; i >= 0; i--) {
    const byte = (bytes[i] as number) & (i === 31 ? topMask : 0xff)
    const limit = bound[i] as number
    if (byte !== limit) return byte < limit
  }
  return false
}

const sameY = (bytes: Uint8Array, y: Uint8Array): boolean => {
  for (let i = 0; i < 31; i++) if (bytes[i] !== y[i]) return false
  return ((bytes[31] as number) & 0x7f) === y[31]
}

/**
 * SIG-3: 32 bytes whose y coordinate is reduced and not that of a point of small order. The two points with x = 0,
 * whose sign bit is the other ambiguity of an encoding, are of small order.
 */
const isCanonicalPoint = (bytes: Uint8Array): boolean =>
  bytes.length === 32 && isBelow(bytes, fieldBytes, 0x7f) && !smallOrderY.some((y) => sameY(bytes, y))

/** The cheap part of the rules (SIG-1 to SIG-3), in well under a microsecond. */
export const isUnambiguous = (publicKey: Uint8Array, signature: Uint8Array): boolean =>
  signature.length === 64 &&
  isBelow(signature.subarray(32), orderBytes, 0xff) &&
  isCanonicalPoint(signature.subarray(0, 32)) &&
  isCanonicalPoint(publicKey)

/**
 * A multiple of 8 that is 1 or -1 modulo the group order, in the form to which X25519 clamps. Times it, a point
 * loses its component of small order and keeps the rest up to its sign; so only points of prime order keep their u.
 */
export const projectionScalar = littleEndian(
  (() => {
    const scalar = 8n * modularInverse(8n, order)
    return scalar >= 2n ** 254n && scalar < 2n ** 255n ? scalar : 8n * order - scalar
  })(),
)

/** Extended Euclid; what it is given is public. */
function modularInverse(value: bigint, modulus: bigint): bigint {
  let [a, b] = [value, modulus]
  let [x, y] = [1n, 0n]
  while (a > 1n) {
    const quotient = b / a
    const [remainder, next] = [b - a * quotient, y - x * quotient]
    b = a
    y = x
    a = remainder
    x = next
  }
  return x < 0n ? x + modulus : x
}

/**
 * The u coordinates, on Curve25519, of encoded points (RFC 7748 §4.1): u = (1 + y) / (1 - y), where y is not 1. All
 * by one inversion, which is 30 µs.
 */
export const montgomeryUs = (publicKeys: readonly Uint8Array[]): readonly Uint8Array[] => {
  const ys = publicKeys.map((publicKey) => bigInt(publicKey) & (2n ** 255n - 1n))
  const denominators = ys.map((y) => (p + 1n - y) % p)
  const productsBefore: bigint[] = []
  let product = 1n
  for (const denominator of denominators) {
    productsBefore.push(product)
    product = (product * denominator) % p
  }
  let inverse = modularInverse(product, p)
  const us: Uint8Array[] = []
  for (let i = ys.length - 1; i >= 0; i--) {
    const own = (inverse * (productsBefore[i] as bigint)) % p
    inverse = (inverse * (denominators[i] as bigint)) % p
    us.unshift(littleEndian(((1n + (ys[i] as bigint)) * own) % p))
  }
  return us
}

/** What a platform offers; each may assume that the cheap rules hold for what it is given. */
export interface Ed25519Primitives {
  /** SIG-5, for a key of which SIG-4 is known: whether [S]B - [k]A encodes to the bytes of R. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Awaitable<boolean>
  /** SIG-4 and SIG-5 for a key that was not seen before. */
  verifyNew(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Awaitable<NewKeyVerdict>
}

export interface NewKeyVerdict {
  /** SIG-4: whether the key is a point of the curve, of prime order. */
  readonly prime: boolean
  /** SIG-5; only of meaning where `prime` is true. */
  readonly good: boolean
}

const verdictsMax = 16_384

/** Whether keys are of prime order, by key; the oldest leave first. */
type KeyVerdicts = Map<string, boolean>

const remember = (verdicts: KeyVerdicts, id: string, verdict: boolean): boolean => {
  if (verdicts.size >= verdictsMax) verdicts.delete(verdicts.keys().next().value as string)
  verdicts.set(id, verdict)
  return verdict
}

const idOf = (publicKey: Uint8Array): string => String.fromCharCode(...publicKey)

/** For `isCanonicalEd25519Key`: every verifier adds to it, and none relies on what another one found. */
const known: KeyVerdicts = new Map()

export type Ed25519Verifier = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => Awaitable<boolean>

/** The verdict of docs/spec/signatures.md by means of a platform's primitives. Anything malformed is `false`. */
export const ed25519Verifier = (primitives: Ed25519Primitives): Ed25519Verifier => {
  const verdicts: KeyVerdicts = new Map()
  return (publicKey, message, signature) => {
    if (!isUnambiguous(publicKey, signature)) return false
    const id = idOf(publicKey)
    switch (verdicts.get(id)) {
      case true:
        return primitives.verify(publicKey, message, signature)
      case false:
        return false
      case undefined: {
        const judge = ({ prime, good }: NewKeyVerdict): boolean => {
          remember(known, id, prime)
          return remember(verdicts, id, prime) && good
        }
        const verdict = primitives.verifyNew(publicKey, message, signature)
        return verdict instanceof Promise ? verdict.then(judge) : judge(verdict)
      }
    }
  }
}

/** SIG-4 by its definition. */
export const isPrimeOrder = (publicKey: Uint8Array): boolean => {
  try {
    return ed25519.Point.fromBytes(publicKey).isTorsionFree()
  } catch {
    return false
  }
}

/** SIG-5 by its definition; a key that is no point verifies nothing. */
export const verifyWithoutCofactor = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean => {
  const r = signature.subarray(0, 32)
  const s = bigInt(signature.subarray(32))
  const k = bigInt(sha512(concat(r, publicKey, message))) % order
  try {
    const point = ed25519.Point.fromBytes(publicKey)
    const expected = ed25519.Point.BASE.multiplyUnsafe(s).subtract(point.multiplyUnsafe(k))
    return equalBytes(expected.toBytes(), r)
  } catch {
    return false
  }
}

/** The primitives in JavaScript: the same on every platform, slow, and not used where a native one will do. */
export const ed25519InJs: Ed25519Primitives = {
  verify: verifyWithoutCofactor,
  verifyNew(publicKey, message, signature) {
    const prime = isPrimeOrder(publicKey)
    return { prime, good: prime && verifyWithoutCofactor(publicKey, message, signature) }
  },
}

/**
 * Whether a public key may be accepted at all (SIG-3, SIG-4): canonical, on the curve, of prime order. To be asked
 * before a key is pinned, certified or admitted; the answer is kept, and known already once a signature of the key
 * was verified.
 */
export const isCanonicalEd25519Key = (publicKey: Uint8Array): boolean => {
  if (!isCanonicalPoint(publicKey)) return false
  const id = idOf(publicKey)
  return known.get(id) ?? remember(known, id, isPrimeOrder(publicKey))
}
