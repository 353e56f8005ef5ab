import { decodeAs, encodeAs, list, signatureValue } from '@sotto/protocol'

/** One or two signatures, in the order in which the link asks for them. */
export const signaturesShape = list(signatureValue, 2)

export const encodeSignatures = (value: readonly Uint8Array[]): Uint8Array => encodeAs(signaturesShape, value)
export const decodeSignatures = (bytes: Uint8Array): readonly Uint8Array[] => decodeAs(signaturesShape, bytes)
