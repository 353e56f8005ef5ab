import { decodeAs, encodeAs, list, signatureValue } from '@sotto/protocol'

/** One or two signatures, in the order in which the link asks for them. */
const signatures = list(signatureValue, 2)

export const encodeSignatures = (value: readonly Uint8Array[]): Uint8Array => encodeAs(signatures, value)
export const decodeSignatures = (bytes: Uint8Array): readonly Uint8Array[] => decodeAs(signatures, bytes)
