import { SottoError } from '@sotto/protocol'

/**
 * Padding of payloads (protocol §11): an observer sees one of a few sizes. Up to 8 KiB the next power of two from
 * 256, beyond that Padmé, which costs at most 12 % and leaks O(log log n) bits of the length.
 *
 * The padded form is the payload, the byte 0x80, zeros (ISO/IEC 7816-4).
 */
const bucketMin = 256
const bucketMax = 8192
const mark = 0x80

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

export const pad = (payload: Uint8Array): Uint8Array => {
  const padded = new Uint8Array(paddedLength(payload.length + 1))
  padded.set(payload)
  padded[payload.length] = mark
  return padded
}

/** @throws SottoError `bad_request` for anything that `pad` does not make: one payload has one padded form */
export const unpad = (padded: Uint8Array): Uint8Array => {
  let end = padded.length
  while (end > 0 && padded[end - 1] === 0) end--
  if (end === 0 || padded[end - 1] !== mark || paddedLength(end) !== padded.length)
    throw new SottoError('bad_request', 'wrong padding')
  return padded.subarray(0, end - 1)
}
