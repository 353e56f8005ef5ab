import { decode, encode, type Reader, type Writer } from './codec.ts'
import { MlsError } from './error.ts'
import { decodeGroupContext, encodeGroupContext } from './groupContext.ts'
import { decodeProposal, encodeProposal } from './proposal.ts'
import type { PendingProposal, PublicGroup } from './publicGroup.ts'
import { decodeSender, encodeSender } from './sender.ts'
import { decodeTree, encodeTree } from './treeEncoding.ts'

/** The form of stored public groups: a version, then the fields. Of our own storage, hence nothing is verified. */
const storedVersion = 1
const pendingMax = 0x1_0000
const storedLeavesMax = 0x1_0000

export const encodePendingProposal = (writer: Writer, { ref, proposal, sender }: PendingProposal): void => {
  writer.opaque(ref)
  encodeProposal(writer, proposal)
  encodeSender(writer, sender)
}

export const decodePendingProposal = (reader: Reader): PendingProposal => ({
  ref: reader.opaque(),
  proposal: decodeProposal(reader),
  sender: decodeSender(reader),
})

/** @throws MlsError `unsupported` for a version that is not known here */
export const decodeStoredVersion = (reader: Reader): void => {
  const version = reader.uint8()
  if (version !== storedVersion) throw new MlsError('unsupported', `stored form ${version}`)
}

export const encodeStoredVersion = (writer: Writer): void => writer.uint8(storedVersion)

/** A public group for storage. */
export const encodePublicGroup = (group: PublicGroup): Uint8Array =>
  encode((writer) => {
    encodeStoredVersion(writer)
    encodeGroupContext(writer, group.context)
    writer.opaque(group.interimTranscriptHash)
    writer.opaque(group.confirmationTag)
    writer.vector(encodePendingProposal, group.proposals)
    writer.fixed(encodeTree(group.tree))
  }, undefined)

/** What `encodePublicGroup` made. Signatures are not verified again. @throws MlsError `malformed`, `unsupported` */
export const decodePublicGroup = (bytes: Uint8Array): PublicGroup =>
  decode((reader) => {
    decodeStoredVersion(reader)
    return {
      context: decodeGroupContext(reader),
      interimTranscriptHash: reader.opaque(),
      confirmationTag: reader.opaque(),
      proposals: reader.vector(decodePendingProposal, pendingMax),
      tree: decodeTree(reader.fixed(reader.remaining), storedLeavesMax),
    }
  }, bytes)
