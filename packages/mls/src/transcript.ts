import { type AuthenticatedContent, wireFormatCode } from './authenticatedContent.ts'
import { encode } from './codec.ts'
import type { Crypto } from './labels.ts'

/** The running hashes over all commits of a group (RFC 9420 §8.2). */

/** Up to and including the signature of a commit. */
export const confirmedTranscriptHash = (
  { provider, suite }: Crypto,
  interimBefore: Uint8Array,
  commit: Pick<AuthenticatedContent, 'wireFormat' | 'framedBytes'>,
  signature: Uint8Array,
): Uint8Array => {
  const input = encode((writer) => {
    writer.fixed(interimBefore)
    writer.uint16(wireFormatCode[commit.wireFormat])
    writer.fixed(commit.framedBytes)
    writer.opaque(signature)
  }, undefined)
  return provider.hash(suite.hash, input)
}

/** With the confirmation tag of that commit too. */
export const interimTranscriptHash = (
  { provider, suite }: Crypto,
  confirmed: Uint8Array,
  confirmationTag: Uint8Array,
): Uint8Array => {
  const input = encode((writer) => {
    writer.fixed(confirmed)
    writer.opaque(confirmationTag)
  }, undefined)
  return provider.hash(suite.hash, input)
}
