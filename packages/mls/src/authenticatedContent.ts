import { encode, type Reader, Writer } from './codec.ts'
import { MlsError } from './error.ts'
import {
  type ContentType,
  decodeFramedContent,
  encodeFramedContent,
  type FramedContent,
} from './framedContent.ts'
import { type GroupContext, groupContextBytes } from './groupContext.ts'
import { type Crypto, refHash, signWithLabel, verifyWithLabel } from './labels.ts'
import { mls10 } from './protocolVersion.ts'
import type { Sender } from './sender.ts'

export type WireFormat = 'public' | 'private'

/** Code points of RFC 9420 §17.2. */
export const wireFormatCode = { public: 1, private: 2, welcome: 3, group_info: 4, key_package: 5 } as const

/** What shows where content is from (RFC 9420 §6.1). A commit, and nothing else, has a confirmation tag. */
export interface ContentAuth {
  readonly signature: Uint8Array
  readonly confirmationTag: Uint8Array | undefined
}

/** Content with the proof of its origin, whatever it travelled in (RFC 9420 §6). */
export interface AuthenticatedContent {
  readonly wireFormat: WireFormat
  readonly framed: FramedContent
  /** `FramedContent` as it came, or as it goes: signatures and hashes are over these bytes, never over others. */
  readonly framedBytes: Uint8Array
  readonly auth: ContentAuth
}

export const encodeContentAuth = (writer: Writer, auth: ContentAuth): void => {
  writer.opaque(auth.signature)
  if (auth.confirmationTag) writer.opaque(auth.confirmationTag)
}

export const decodeContentAuth = (reader: Reader, type: ContentType): ContentAuth => ({
  signature: reader.opaque(),
  confirmationTag: type === 'commit' ? reader.opaque() : undefined,
})

export const encodeAuthenticatedContent = (writer: Writer, authenticated: AuthenticatedContent): void => {
  writer.uint16(wireFormatCode[authenticated.wireFormat])
  writer.fixed(authenticated.framedBytes)
  encodeContentAuth(writer, authenticated.auth)
}

export const decodeAuthenticatedContent = (reader: Reader): AuthenticatedContent => {
  const code = reader.uint16()
  if (code !== wireFormatCode.public && code !== wireFormatCode.private)
    throw new MlsError('malformed', `wire format ${code} of content`)
  const start = reader.offset
  const framed = decodeFramedContent(reader)
  return {
    wireFormat: code === wireFormatCode.public ? 'public' : 'private',
    framed,
    framedBytes: reader.since(start),
    auth: decodeContentAuth(reader, framed.content.kind),
  }
}

/** Members and who joins by a commit sign the context too, so that the signature holds in one epoch only. */
const coversContext = (sender: Sender): boolean =>
  sender.kind === 'member' || sender.kind === 'new_member_commit'

/** `FramedContentTBS` (RFC 9420 §6.1) */
export const toBeSigned = (
  wireFormat: WireFormat,
  sender: Sender,
  framedBytes: Uint8Array,
  context: GroupContext | undefined,
): Uint8Array => {
  const contextBytes = coversContext(sender) ? contextOf(context) : undefined
  const writer = new Writer(4 + framedBytes.length + (contextBytes?.length ?? 0))
  writer.uint16(mls10)
  writer.uint16(wireFormatCode[wireFormat])
  writer.fixed(framedBytes)
  if (contextBytes) writer.fixed(contextBytes)
  return writer.view()
}

const contextOf = (context: GroupContext | undefined): Uint8Array => {
  if (!context) throw new MlsError('invalid_use', 'what a member signs covers the group context')
  return groupContextBytes(context)
}

export interface Signed {
  readonly wireFormat: WireFormat
  readonly framed: FramedContent
  readonly framedBytes: Uint8Array
  readonly signature: Uint8Array
}

/** @param context that of the epoch in which the message is sent; who sends from outside does not sign it */
export const signContent = async (
  crypto: Crypto,
  signaturePrivateKey: Uint8Array,
  wireFormat: WireFormat,
  framed: FramedContent,
  context: GroupContext | undefined,
): Promise<Signed> => {
  const framedBytes = encode(encodeFramedContent, framed)
  const content = toBeSigned(wireFormat, framed.sender, framedBytes, context)
  const signature = await signWithLabel(crypto, signaturePrivateKey, 'FramedContentTBS', content)
  return { wireFormat, framed, framedBytes, signature }
}

export const authenticate = (signed: Signed, confirmationTag?: Uint8Array): AuthenticatedContent => ({
  wireFormat: signed.wireFormat,
  framed: signed.framed,
  framedBytes: signed.framedBytes,
  auth: { signature: signed.signature, confirmationTag },
})

export const verifyContent = async (
  crypto: Crypto,
  signatureKey: Uint8Array,
  { wireFormat, framed, framedBytes, auth }: AuthenticatedContent,
  context: GroupContext,
): Promise<boolean> =>
  verifyWithLabel(
    crypto,
    signatureKey,
    'FramedContentTBS',
    toBeSigned(wireFormat, framed.sender, framedBytes, context),
    auth.signature,
  )

/** By what a commit names a proposal: `MakeProposalRef` of RFC 9420 §5.2. */
export const proposalRef = (crypto: Crypto, authenticated: AuthenticatedContent): Uint8Array =>
  refHash(crypto, 'MLS 1.0 Proposal Reference', encode(encodeAuthenticatedContent, authenticated))
