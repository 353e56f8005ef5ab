/** The field and the constant of edwards25519 (RFC 8032 §5.1): `y² - x² = 1 + d·x²·y²`. */
const p = 2n ** 255n - 19n
const d = 37095705934669439343138083508754565189542113879843219016388785533085940283555n
const pointBytes = 32
const signBit = 2n ** 255n

const modulo = (value: bigint): bigint => ((value % p) + p) % p

const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n
  let square = modulo(base)
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % p
    square = (square * square) % p
  }
  return result
}

const inverse = (value: bigint): bigint => power(value, p - 2n)

const littleEndian = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n)

/** `x²` of the point with this `y`; `d` is no square, so nothing is divided by zero. */
const squareOfX = (y: bigint): bigint => modulo((y * y - 1n) * inverse(d * y * y + 1n))

const doubled = (y: bigint): bigint => {
  const square = squareOfX(y)
  return modulo((y * y + square) * inverse(2n + square - y * y))
}

/**
 * Whether 32 bytes are a public key of Ed25519: in their one spelling, on the curve, and none of the eight points of small
 * order, under which one signature fits many messages.
 */
export const isEd25519Key = (bytes: Uint8Array): boolean => {
  if (bytes.length !== pointBytes) return false
  const y = littleEndian(bytes) % signBit
  if (y >= p || power(squareOfX(y), (p - 1n) / 2n) > 1n) return false
  return doubled(doubled(doubled(y))) !== 1n
}
