import type { Reader, Writer } from './codec.ts'
import { MlsError } from './error.ts'
import { decodeProposal, encodeProposal, type Proposal } from './proposal.ts'
import { decodeUpdatePath, encodeUpdatePath, type UpdatePath } from './updatePath.ts'

/** What a commit says of one proposal: the proposal itself, or the hash of the message that carried it. */
export type ProposalOrRef =
  | { readonly kind: 'proposal'; readonly proposal: Proposal }
  | { readonly kind: 'reference'; readonly ref: Uint8Array }

/** A list of proposals that take effect together, and new keys of the committer's path (RFC 9420 §12.4). */
export interface Commit {
  readonly proposals: readonly ProposalOrRef[]
  readonly path: UpdatePath | undefined
}

const kindCode = { proposal: 1, reference: 2 } as const
const proposalsMax = 4096

export const encodeProposalOrRef = (writer: Writer, item: ProposalOrRef): void => {
  writer.uint8(kindCode[item.kind])
  switch (item.kind) {
    case 'proposal':
      return encodeProposal(writer, item.proposal)
    case 'reference':
      return writer.opaque(item.ref)
  }
}

export const decodeProposalOrRef = (reader: Reader): ProposalOrRef => {
  const code = reader.uint8()
  switch (code) {
    case kindCode.proposal:
      return { kind: 'proposal', proposal: decodeProposal(reader) }
    case kindCode.reference:
      return { kind: 'reference', ref: reader.opaque() }
  }
  throw new MlsError('malformed', `proposal or reference ${code}`)
}

export const encodeCommit = (writer: Writer, commit: Commit): void => {
  writer.vector(encodeProposalOrRef, commit.proposals)
  writer.optional(encodeUpdatePath, commit.path)
}

export const decodeCommit = (reader: Reader): Commit => ({
  proposals: reader.vector(decodeProposalOrRef, proposalsMax),
  path: reader.optional(decodeUpdatePath),
})
