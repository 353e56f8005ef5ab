import { paddedLength, SottoError } from '@sotto/protocol'

const mark = 0x80

/** Padding of payloads: the payload, the byte 0x80, zeros (ISO/IEC 7816-4), up to one of a few lengths. */
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
