import type { Reader, Writer } from './codec.ts'
import { MlsError } from './error.ts'
import type { LeafIndex } from './treeMath.ts'

/** The content of an inner node that is not blank (RFC 9420 §7.1). */
export interface ParentNode {
  readonly encryptionKey: Uint8Array
  readonly parentHash: Uint8Array
  /** In increasing order: leaves below that do not know this node's private key. */
  readonly unmergedLeaves: readonly LeafIndex[]
}

/** A parent cannot list more leaves than a tree may have; the tree's own limit is lower still. */
const unmergedMax = 0x1_0000

export const encodeParentNode = (writer: Writer, parent: ParentNode): void => {
  writer.opaque(parent.encryptionKey)
  writer.opaque(parent.parentHash)
  writer.length(parent.unmergedLeaves.length * 4)
  for (const leaf of parent.unmergedLeaves) writer.uint32(leaf)
}

/** @throws MlsError `malformed`, also when the unmerged leaves are not in strictly increasing order */
export const decodeParentNode = (reader: Reader): ParentNode => {
  const encryptionKey = reader.opaque()
  const parentHash = reader.opaque()
  const unmergedLeaves = reader.vector((from) => from.uint32(), unmergedMax)
  for (let i = 1; i < unmergedLeaves.length; i++)
    if ((unmergedLeaves[i - 1] as number) >= (unmergedLeaves[i] as number))
      throw new MlsError('malformed', 'unmerged leaves out of order')
  return { encryptionKey, parentHash, unmergedLeaves }
}
