import type { Reader, Writer } from './codec.ts'
import { decodeGroupContext, encodeGroupContext } from './groupContext.ts'
import { decodeProposal, decodeReInit, encodeProposal, encodeReInit } from './proposal.ts'
import type { PendingProposal, PublicGroup } from './publicGroup.ts'
import { decodeSender, encodeSender } from './sender.ts'
import { decodeStored, encodeStored } from './storedParts.ts'
import { decodeTree, encodeTree } from './treeEncoding.ts'

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

/** A public group for storage. */
export const encodePublicGroup = (group: PublicGroup): Uint8Array =>
  encodeStored((writer) => {
    encodeGroupContext(writer, group.context)
    writer.opaque(group.interimTranscriptHash)
    writer.opaque(group.confirmationTag)
    writer.optional(encodeReInit, group.reInit)
    writer.vector(encodePendingProposal, group.proposals)
    writer.fixed(encodeTree(group.tree))
  })

/** What `encodePublicGroup` made. Signatures are not verified again. @throws MlsError `malformed`, `unsupported` */
export const decodePublicGroup = (bytes: Uint8Array): PublicGroup =>
  decodeStored(
    (reader) => ({
      context: decodeGroupContext(reader),
      interimTranscriptHash: reader.opaque(),
      confirmationTag: reader.opaque(),
      reInit: reader.optional(decodeReInit),
      proposals: reader.vector(decodePendingProposal, pendingMax),
      tree: decodeTree(reader.fixed(reader.remaining), storedLeavesMax),
    }),
    bytes,
  )
