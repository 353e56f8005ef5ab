import type { Reader, Writer } from './codec.ts'
import { type Commit, decodeCommit, encodeCommit } from './commit.ts'
import { MlsError } from './error.ts'
import { decodeProposal, encodeProposal, type Proposal } from './proposal.ts'
import { decodeSender, encodeSender, type Sender } from './sender.ts'

export type ContentType = 'application' | 'proposal' | 'commit'

export type Content =
  | { readonly kind: 'application'; readonly data: Uint8Array }
  | { readonly kind: 'proposal'; readonly proposal: Proposal }
  | { readonly kind: 'commit'; readonly commit: Commit }

/** What a message says, of which group and epoch, and from whom (RFC 9420 §6). */
export interface FramedContent {
  readonly groupId: Uint8Array
  readonly epoch: bigint
  readonly sender: Sender
  readonly authenticatedData: Uint8Array
  readonly content: Content
}

const contentTypeCode = { application: 1, proposal: 2, commit: 3 } as const

export const encodeContentType = (writer: Writer, type: ContentType): void =>
  writer.uint8(contentTypeCode[type])

export const decodeContentType = (reader: Reader): ContentType => {
  const code = reader.uint8()
  switch (code) {
    case contentTypeCode.application:
      return 'application'
    case contentTypeCode.proposal:
      return 'proposal'
    case contentTypeCode.commit:
      return 'commit'
  }
  throw new MlsError('malformed', `content type ${code}`)
}

/** The content without its type, which stands elsewhere. */
export const encodeContent = (writer: Writer, content: Content): void => {
  switch (content.kind) {
    case 'application':
      return writer.opaque(content.data)
    case 'proposal':
      return encodeProposal(writer, content.proposal)
    case 'commit':
      return encodeCommit(writer, content.commit)
  }
}

export const decodeContent = (reader: Reader, type: ContentType): Content => {
  switch (type) {
    case 'application':
      return { kind: 'application', data: reader.opaque() }
    case 'proposal':
      return { kind: 'proposal', proposal: decodeProposal(reader) }
    case 'commit':
      return { kind: 'commit', commit: decodeCommit(reader) }
  }
}

/** All that comes before the content itself. */
export const encodeFraming = (
  writer: Writer,
  framed: Omit<FramedContent, 'content'>,
  type: ContentType,
): void => {
  writer.opaque(framed.groupId)
  writer.uint64(framed.epoch)
  encodeSender(writer, framed.sender)
  writer.opaque(framed.authenticatedData)
  encodeContentType(writer, type)
}

export const encodeFramedContent = (writer: Writer, framed: FramedContent): void => {
  encodeFraming(writer, framed, framed.content.kind)
  encodeContent(writer, framed.content)
}

export const decodeFramedContent = (reader: Reader): FramedContent => ({
  groupId: reader.opaque(),
  epoch: reader.uint64(),
  sender: decodeSender(reader),
  authenticatedData: reader.opaque(),
  content: decodeContent(reader, decodeContentType(reader)),
})
