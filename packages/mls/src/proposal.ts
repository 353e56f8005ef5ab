import type { Reader, Writer } from './codec.ts'
import { decodeExtensions, encodeExtensions, type Extension } from './extension.ts'
import { decodeKeyPackage, encodeKeyPackage, type KeyPackage } from './keyPackage.ts'
import { decodeLeafNode, encodeLeafNode, type LeafNode } from './leafNode.ts'
import { decodePreSharedKeyId, encodePreSharedKeyId, type PreSharedKeyId } from './preSharedKeyId.ts'
import type { LeafIndex } from './treeMath.ts'

/** New parameters for a group that is to be started anew (RFC 9420 §12.1.5). */
export interface ReInit {
  readonly groupId: Uint8Array
  readonly version: number
  readonly cipherSuite: number
  readonly extensions: readonly Extension[]
}

/**
 * A change to a group (RFC 9420 §12.1).
 *
 * Proposals carry no length, so that one of a type unknown here can only be read past by a convention: it is taken
 * as one `opaque<V>`. No group accepts it; reading it gives the refusal a reason.
 */
export type Proposal =
  | { readonly kind: 'add'; readonly keyPackage: KeyPackage }
  | { readonly kind: 'update'; readonly leafNode: LeafNode }
  | { readonly kind: 'remove'; readonly removed: LeafIndex }
  | { readonly kind: 'psk'; readonly psk: PreSharedKeyId }
  | ({ readonly kind: 'reinit' } & ReInit)
  | { readonly kind: 'external_init'; readonly kemOutput: Uint8Array }
  | { readonly kind: 'group_context_extensions'; readonly extensions: readonly Extension[] }
  | { readonly kind: 'unknown'; readonly type: number; readonly data: Uint8Array }

/** Code points of RFC 9420 §17.4. */
export const proposalType = {
  add: 1,
  update: 2,
  remove: 3,
  psk: 4,
  reinit: 5,
  external_init: 6,
  group_context_extensions: 7,
} as const

export const encodeReInit = (writer: Writer, reInit: ReInit): void => {
  writer.opaque(reInit.groupId)
  writer.uint16(reInit.version)
  writer.uint16(reInit.cipherSuite)
  encodeExtensions(writer, reInit.extensions)
}

/** The version is read as it is: that it be no lower than the group's is a rule of the proposal, not of its form. */
export const decodeReInit = (reader: Reader): ReInit => ({
  groupId: reader.opaque(),
  version: reader.uint16(),
  cipherSuite: reader.uint16(),
  extensions: decodeExtensions(reader),
})

export const encodeProposal = (writer: Writer, proposal: Proposal): void => {
  writer.uint16(proposal.kind === 'unknown' ? proposal.type : proposalType[proposal.kind])
  switch (proposal.kind) {
    case 'add':
      return encodeKeyPackage(writer, proposal.keyPackage)
    case 'update':
      return encodeLeafNode(writer, proposal.leafNode)
    case 'remove':
      return writer.uint32(proposal.removed)
    case 'psk':
      return encodePreSharedKeyId(writer, proposal.psk)
    case 'reinit':
      return encodeReInit(writer, proposal)
    case 'external_init':
      return writer.opaque(proposal.kemOutput)
    case 'group_context_extensions':
      return encodeExtensions(writer, proposal.extensions)
    case 'unknown':
      return writer.opaque(proposal.data)
  }
}

export const decodeProposal = (reader: Reader): Proposal => {
  const type = reader.uint16()
  switch (type) {
    case proposalType.add:
      return { kind: 'add', keyPackage: decodeKeyPackage(reader) }
    case proposalType.update:
      return { kind: 'update', leafNode: decodeLeafNode(reader) }
    case proposalType.remove:
      return { kind: 'remove', removed: reader.uint32() }
    case proposalType.psk:
      return { kind: 'psk', psk: decodePreSharedKeyId(reader) }
    case proposalType.reinit:
      return { kind: 'reinit', ...decodeReInit(reader) }
    case proposalType.external_init:
      return { kind: 'external_init', kemOutput: reader.opaque() }
    case proposalType.group_context_extensions:
      return { kind: 'group_context_extensions', extensions: decodeExtensions(reader) }
  }
  return { kind: 'unknown', type, data: reader.opaque() }
}

/**
 * Whether a commit that covers this proposal must have a path (RFC 9420 §12.4): all but those that take nothing away
 * from anyone. Without a path nobody is locked out: a removed member's keys would open the next epoch.
 */
export const requiresPath = (proposal: Proposal): boolean => {
  switch (proposal.kind) {
    case 'add':
    case 'psk':
    case 'reinit':
      return false
    case 'update':
    case 'remove':
    case 'external_init':
    case 'group_context_extensions':
    case 'unknown':
      return true
  }
}
