/**
 * How long something is once it is padded (CON-2): an observer sees one of a few sizes. Up to 8 KiB the next power of
 * two from 256, beyond that Padmé, which costs at most 12 % and leaks O(log log n) bits of the length.
 */
const bucketMin = 256
const bucketMax = 8192

export const paddedLength = (length: number): number => {
  let bucket = bucketMin
  while (bucket < length && bucket < bucketMax) bucket *= 2
  return length <= bucket ? bucket : padme(length)
}

/** Rounds up so that only the highest `log2(log2(n)) + 1` bits of the length may be other than zero. */
const padme = (length: number): number => {
  const exponent = Math.floor(Math.log2(length))
  const significantBits = Math.floor(Math.log2(exponent)) + 1
  const step = 2 ** (exponent - significantBits)
  return Math.ceil(length / step) * step
}
