import { decode, type Reader, type Writer } from './codec.ts'
import { type Credential, decodeCredential, encodeCredential } from './credential.ts'
import { type Extension, extensionData, extensionType } from './extension.ts'

/** One who may send proposals from outside (RFC 9420 §12.1.8.1). */
export interface ExternalSender {
  readonly signatureKey: Uint8Array
  readonly credential: Credential
}

const externalSendersMax = 64

export const encodeExternalSender = (writer: Writer, sender: ExternalSender): void => {
  writer.opaque(sender.signatureKey)
  encodeCredential(writer, sender.credential)
}

export const decodeExternalSender = (reader: Reader): ExternalSender => ({
  signatureKey: reader.opaque(),
  credential: decodeCredential(reader),
})

export const encodeExternalSenders = (writer: Writer, senders: readonly ExternalSender[]): void =>
  writer.vector(encodeExternalSender, senders)

export const decodeExternalSenders = (reader: Reader): readonly ExternalSender[] =>
  reader.vector(decodeExternalSender, externalSendersMax)

/** The external senders that a group context names; none without the extension. @throws MlsError `malformed` */
export const externalSendersOf = (extensions: readonly Extension[]): readonly ExternalSender[] => {
  const data = extensionData(extensions, extensionType.externalSenders)
  return data ? decode(decodeExternalSenders, data) : []
}
