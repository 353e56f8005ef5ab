import { decode, encode } from './codec.ts'
import { type Extension, extensionData, extensionType } from './extension.ts'

/** The `external_pub` extension of a GroupInfo (RFC 9420 §12.4.3.2): the key that external commits are sealed to. */
export const externalPubExtension = (externalPub: Uint8Array): Extension => ({
  type: extensionType.externalPub,
  data: encode((writer, key: Uint8Array) => writer.opaque(key), externalPub),
})

/** @throws MlsError `malformed` */
export const externalPubOf = (extensions: readonly Extension[]): Uint8Array | undefined => {
  const data = extensionData(extensions, extensionType.externalPub)
  return data && decode((reader) => reader.opaque(), data)
}
