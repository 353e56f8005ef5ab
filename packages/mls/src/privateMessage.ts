import type { Reader, Writer } from './codec.ts'
import { type ContentType, decodeContentType, encodeContentType } from './framedContent.ts'

/** A message that is signed and encrypted (RFC 9420 §6.3). */
export interface PrivateMessage {
  readonly groupId: Uint8Array
  readonly epoch: bigint
  readonly contentType: ContentType
  readonly authenticatedData: Uint8Array
  readonly encryptedSenderData: Uint8Array
  readonly ciphertext: Uint8Array
}

export const encodePrivateMessage = (writer: Writer, message: PrivateMessage): void => {
  encodeContentAad(writer, message)
  writer.opaque(message.encryptedSenderData)
  writer.opaque(message.ciphertext)
}

export const decodePrivateMessage = (reader: Reader): PrivateMessage => ({
  groupId: reader.opaque(),
  epoch: reader.uint64(),
  contentType: decodeContentType(reader),
  authenticatedData: reader.opaque(),
  encryptedSenderData: reader.opaque(),
  ciphertext: reader.opaque(),
})

export type PrivateHeader = Pick<PrivateMessage, 'groupId' | 'epoch' | 'contentType' | 'authenticatedData'>

/** `PrivateContentAAD` */
export const encodeContentAad = (writer: Writer, header: PrivateHeader): void => {
  writer.opaque(header.groupId)
  writer.uint64(header.epoch)
  encodeContentType(writer, header.contentType)
  writer.opaque(header.authenticatedData)
}
