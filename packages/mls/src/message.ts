import { wireFormatCode } from './authenticatedContent.ts'
import { decode, encode, type Reader, type Writer } from './codec.ts'
import { MlsError } from './error.ts'
import type { ContentType } from './framedContent.ts'
import { decodeGroupInfo, encodeGroupInfo, type GroupInfo } from './groupInfo.ts'
import { decodeKeyPackage, encodeKeyPackage, type KeyPackage } from './keyPackage.ts'
import { decodePrivateMessage, encodePrivateMessage, type PrivateMessage } from './privateMessage.ts'
import { decodeProtocolVersion, encodeProtocolVersion, mls10 } from './protocolVersion.ts'
import { decodePublicMessage, encodePublicMessage, type PublicMessage } from './publicMessage.ts'
import type { Sender } from './sender.ts'
import { decodeWelcome, encodeWelcome, type Welcome } from './welcome.ts'

/** `MLSMessage`: everything that travels (RFC 9420 §6). */
export type Message =
  | { readonly kind: 'public'; readonly message: PublicMessage }
  | { readonly kind: 'private'; readonly message: PrivateMessage }
  | { readonly kind: 'welcome'; readonly welcome: Welcome }
  | { readonly kind: 'group_info'; readonly groupInfo: GroupInfo }
  | { readonly kind: 'key_package'; readonly keyPackage: KeyPackage }

export const encodeMessage = (writer: Writer, message: Message): void => {
  encodeProtocolVersion(writer, mls10)
  writer.uint16(wireFormatCode[message.kind])
  switch (message.kind) {
    case 'public':
      return encodePublicMessage(writer, message.message)
    case 'private':
      return encodePrivateMessage(writer, message.message)
    case 'welcome':
      return encodeWelcome(writer, message.welcome)
    case 'group_info':
      return encodeGroupInfo(writer, message.groupInfo)
    case 'key_package':
      return encodeKeyPackage(writer, message.keyPackage)
  }
}

export const decodeMessage = (reader: Reader): Message => {
  decodeProtocolVersion(reader)
  const code = reader.uint16()
  switch (code) {
    case wireFormatCode.public:
      return { kind: 'public', message: decodePublicMessage(reader) }
    case wireFormatCode.private:
      return { kind: 'private', message: decodePrivateMessage(reader) }
    case wireFormatCode.welcome:
      return { kind: 'welcome', welcome: decodeWelcome(reader) }
    case wireFormatCode.group_info:
      return { kind: 'group_info', groupInfo: decodeGroupInfo(reader) }
    case wireFormatCode.key_package:
      return { kind: 'key_package', keyPackage: decodeKeyPackage(reader) }
  }
  throw new MlsError('unsupported', `wire format ${code}`)
}

export const messageBytes = (message: Message): Uint8Array => encode(encodeMessage, message)

/** What can be seen of a message without any state. Nothing of it is authenticated. */
export type MessageHeader =
  | {
      readonly kind: 'public' | 'private'
      readonly groupId: Uint8Array
      readonly epoch: bigint
      readonly contentType: ContentType
      readonly authenticatedData: Uint8Array
      /** As claimed, in a public message. */
      readonly sender?: Sender
    }
  | { readonly kind: 'welcome'; readonly cipherSuite: number; readonly newMembers: readonly Uint8Array[] }
  | { readonly kind: 'group_info'; readonly groupId: Uint8Array; readonly epoch: bigint }
  | { readonly kind: 'key_package'; readonly keyPackage: KeyPackage }

/** @throws MlsError `malformed`, `unsupported`, `limit_exceeded` */
export const readMessage = (bytes: Uint8Array): MessageHeader => {
  const message = decode(decodeMessage, bytes)
  switch (message.kind) {
    case 'public': {
      const { groupId, epoch, authenticatedData, sender, content } = message.message.authenticated.framed
      return { kind: 'public', groupId, epoch, contentType: content.kind, authenticatedData, sender }
    }
    case 'private': {
      const { groupId, epoch, contentType, authenticatedData } = message.message
      return { kind: 'private', groupId, epoch, contentType, authenticatedData }
    }
    case 'welcome': {
      const { cipherSuite, secrets } = message.welcome
      return { kind: 'welcome', cipherSuite, newMembers: secrets.map(({ newMember }) => newMember) }
    }
    case 'group_info': {
      const { groupId, epoch } = message.groupInfo.context
      return { kind: 'group_info', groupId, epoch }
    }
    case 'key_package':
      return { kind: 'key_package', keyPackage: message.keyPackage }
  }
}

/** A whole message of a size that is put up with. @throws MlsError `malformed`, `unsupported`, `limit_exceeded` */
export const readWhole = (
  { limits }: { readonly limits: { readonly messageBytesMax: number } },
  bytes: Uint8Array,
): Message => {
  if (bytes.length > limits.messageBytesMax)
    throw new MlsError('limit_exceeded', `a message of ${bytes.length} bytes`)
  return decode(decodeMessage, bytes)
}
