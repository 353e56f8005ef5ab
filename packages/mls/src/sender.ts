import type { Reader, Writer } from './codec.ts'
import { MlsError } from './error.ts'
import type { LeafIndex } from './treeMath.ts'

/** Who a message claims to be from (RFC 9420 §6); believed once the signature holds under that sender's key. */
export type Sender =
  | { readonly kind: 'member'; readonly leafIndex: LeafIndex }
  | { readonly kind: 'external'; readonly senderIndex: number }
  | { readonly kind: 'new_member_proposal' }
  | { readonly kind: 'new_member_commit' }

const senderCode = { member: 1, external: 2, new_member_proposal: 3, new_member_commit: 4 } as const

export const encodeSender = (writer: Writer, sender: Sender): void => {
  writer.uint8(senderCode[sender.kind])
  switch (sender.kind) {
    case 'member':
      return writer.uint32(sender.leafIndex)
    case 'external':
      return writer.uint32(sender.senderIndex)
    case 'new_member_proposal':
    case 'new_member_commit':
  }
}

export const decodeSender = (reader: Reader): Sender => {
  const code = reader.uint8()
  switch (code) {
    case senderCode.member:
      return { kind: 'member', leafIndex: reader.uint32() }
    case senderCode.external:
      return { kind: 'external', senderIndex: reader.uint32() }
    case senderCode.new_member_proposal:
      return { kind: 'new_member_proposal' }
    case senderCode.new_member_commit:
      return { kind: 'new_member_commit' }
  }
  throw new MlsError('malformed', `sender type ${code}`)
}
