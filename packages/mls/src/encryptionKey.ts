import type { KemName } from './provider.ts'

/**
 * Whether anything can be sealed to a public key (RFC 9180 §7.1.4, FIPS 203 §7.2). A member whose key nothing can be
 * sealed to would keep all others from committing; so such a key is refused where it comes in, by the same arithmetic
 * on every platform. Nothing here is secret.
 */
export const isEncryptionKey = (kem: KemName, key: Uint8Array): boolean => {
  if (key.length !== encryptionKeyBytes[kem]) return false
  switch (kem) {
    case 'P-256':
    case 'P-384':
    case 'P-521':
      return isOnCurve(curves[kem], key)
    case 'X25519':
      return !isSmallOrder25519(key)
    case 'X448':
      return !smallOrder448.includes(littleEndian(key))
    case 'MLKEM768-X25519':
      return isMlkemKey(key.subarray(0, mlkemBytes)) && !isSmallOrder25519(key.subarray(mlkemBytes))
  }
}

/** Lengths of encoded public keys (RFC 9180 §7.1), in bytes. */
const encryptionKeyBytes: Readonly<Record<KemName, number>> = {
  'P-256': 65,
  'P-384': 97,
  'P-521': 133,
  X25519: 32,
  X448: 56,
  'MLKEM768-X25519': 1216,
}

const mlkemBytes = 1184

/** y² = x³ - 3x + b modulo p. */
interface Curve {
  readonly p: bigint
  readonly b: bigint
}

const curves: Readonly<Record<'P-256' | 'P-384' | 'P-521', Curve>> = {
  'P-256': {
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  'P-384': {
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
  'P-521': {
    p: 2n ** 521n - 1n,
    b: 0x051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  },
}

const isOnCurve = ({ p, b }: Curve, key: Uint8Array): boolean => {
  const fieldBytes = (key.length - 1) / 2
  const [x, y] = [bigEndian(key.subarray(1, 1 + fieldBytes)), bigEndian(key.subarray(1 + fieldBytes))]
  return key[0] === 4 && x < p && y < p && (y * y - (x * x * x - 3n * x + b)) % p === 0n
}

const p25519 = 2n ** 255n - 19n
const order8 = [
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
]
/** All that X25519 takes to zero, also as numbers that are not reduced. */
const smallOrder25519 = [0n, 1n, p25519 - 1n, p25519, p25519 + 1n, ...order8].map((u) => ({
  firstByte: Number(u & 0xffn),
  u,
}))

/** Without the top bit, which X25519 ignores. Nearly all keys are told by their first byte. */
const isSmallOrder25519 = (key: Uint8Array): boolean =>
  smallOrder25519.some(
    ({ firstByte, u }) => key[0] === firstByte && (littleEndian(key) & (2n ** 255n - 1n)) === u,
  )

const p448 = 2n ** 448n - 2n ** 224n - 1n
const smallOrder448 = [0n, 1n, p448 - 1n, p448, p448 + 1n]

const mlkemModulus = 3329

/**
 * Each coefficient is reduced: 768 of 12 bits, two in three bytes; 32 bytes of seed follow. If all of them are zero,
 * whoever sees what was sealed opens it.
 */
const isMlkemKey = (key: Uint8Array): boolean => {
  let isZero = true
  for (let at = 0; at < mlkemBytes - 32; at += 3) {
    const [a, b, c] = [key[at] as number, key[at + 1] as number, key[at + 2] as number]
    if ((a | ((b & 0xf) << 8)) >= mlkemModulus || ((b >>> 4) | (c << 4)) >= mlkemModulus) return false
    if ((a | b | c) !== 0) isZero = false
  }
  return !isZero
}

const bigEndian = (bytes: Uint8Array): bigint => {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}

const littleEndian = (bytes: Uint8Array): bigint => bigEndian(bytes.toReversed())
