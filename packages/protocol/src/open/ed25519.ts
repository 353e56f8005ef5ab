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

const littleEndian = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n)

/** `y` of a point of order eight: the others are the same with another sign (`d·y⁴ + 2·y² = 1`). */
const yOfOrderEight = 2707385501144840649318225287225658788936804267575313519463743609750303402022n

/** `y` of the points whose order divides eight: the first, half-way round, a quarter, and the eighths. */
const ofSmallOrder: ReadonlySet<bigint> = new Set([1n, p - 1n, 0n, yOfOrderEight, p - yOfOrderEight])

/** Whether a point has this `y`: whether `x²`, a quotient, is a square, which the product is as well (Euler). */
const isOnCurve = (y: bigint): boolean => power((y * y - 1n) * (d * y * y + 1n), (p - 1n) / 2n) <= 1n

/**
 * Whether 32 bytes are a public key of Ed25519: in their one spelling, on the curve, and none of the eight points of small
 * order, under which one signature fits many messages.
 */
export const isEd25519Key = (bytes: Uint8Array): boolean => {
  if (bytes.length !== pointBytes) return false
  const y = littleEndian(bytes) % signBit
  return y < p && !ofSmallOrder.has(y) && isOnCurve(y)
}
