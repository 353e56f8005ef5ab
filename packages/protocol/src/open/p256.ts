/** The field and the constant of NIST P-256 (FIPS 186-4 D.1.2.3). */
const p = 0xff_ff_ff_ff_00_00_00_01_00_00_00_00_00_00_00_00_00_00_00_00_ff_ff_ff_ff_ff_ff_ff_ff_ff_ff_ff_ffn
const b = 0x5a_c6_35_d8_aa_3a_93_e7_b3_eb_bd_55_76_98_86_bc_65_1d_06_b0_cc_53_b0_f6_3b_ce_3c_3e_27_d2_60_4bn
const coordinateBytes = 32

/** Bytes as an unsigned number, the first of them the highest. */
export const numberOf = (bytes: Uint8Array): bigint =>
  BigInt(`0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('') || '0'}`)

/** Whether two coordinates are a point of P-256: `y² = x³ - 3x + b`. The group has no cofactor, so that is enough. */
export const isOnP256 = (x: Uint8Array, y: Uint8Array): boolean => {
  if (x.length !== coordinateBytes || y.length !== coordinateBytes) return false
  const [u, v] = [numberOf(x), numberOf(y)]
  return u < p && v < p && (v * v - (u * u * u - 3n * u + b)) % p === 0n
}
