import { encode, type Reader, type Writer } from './codec.ts'
import { decodeExtensions, encodeExtensions, type Extension } from './extension.ts'
import { decodeProtocolVersion, encodeProtocolVersion } from './protocolVersion.ts'

/** What all members of an epoch agree on (RFC 9420 §8.1). */
export interface GroupContext {
  readonly version: number
  readonly cipherSuite: number
  readonly groupId: Uint8Array
  readonly epoch: bigint
  readonly treeHash: Uint8Array
  readonly confirmedTranscriptHash: Uint8Array
  readonly extensions: readonly Extension[]
}

export const encodeGroupContext = (writer: Writer, context: GroupContext): void => {
  encodeProtocolVersion(writer, context.version)
  writer.uint16(context.cipherSuite)
  writer.opaque(context.groupId)
  writer.uint64(context.epoch)
  writer.opaque(context.treeHash)
  writer.opaque(context.confirmedTranscriptHash)
  encodeExtensions(writer, context.extensions)
}

export const decodeGroupContext = (reader: Reader): GroupContext => ({
  version: decodeProtocolVersion(reader),
  cipherSuite: reader.uint16(),
  groupId: reader.opaque(),
  epoch: reader.uint64(),
  treeHash: reader.opaque(),
  confirmedTranscriptHash: reader.opaque(),
  extensions: decodeExtensions(reader),
})

const encoded = new WeakMap<GroupContext, Uint8Array>()

/** The encoding, made once for each context: every signature of an epoch covers it, and roles make it long. */
export const groupContextBytes = (context: GroupContext): Uint8Array => {
  const known = encoded.get(context)
  if (known) return known
  const bytes = encode(encodeGroupContext, context)
  encoded.set(context, bytes)
  return bytes
}
