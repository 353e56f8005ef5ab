import { type AuthenticatedContent, decodeContentAuth, encodeContentAuth } from './authenticatedContent.ts'
import type { Reader, Writer } from './codec.ts'
import { decodeFramedContent } from './framedContent.ts'

/** A message that is signed and not encrypted (RFC 9420 §6.2). */
export interface PublicMessage {
  readonly authenticated: AuthenticatedContent
  /** Of a member's message, and of no other. */
  readonly membershipTag: Uint8Array | undefined
}

export const encodePublicMessage = (writer: Writer, message: PublicMessage): void => {
  writer.fixed(message.authenticated.framedBytes)
  encodeContentAuth(writer, message.authenticated.auth)
  if (message.membershipTag) writer.opaque(message.membershipTag)
}

export const decodePublicMessage = (reader: Reader): PublicMessage => {
  const start = reader.offset
  const framed = decodeFramedContent(reader)
  const framedBytes = reader.since(start)
  const auth = decodeContentAuth(reader, framed.content.kind)
  const membershipTag = framed.sender.kind === 'member' ? reader.opaque() : undefined
  return { authenticated: { wireFormat: 'public', framed, framedBytes, auth }, membershipTag }
}
