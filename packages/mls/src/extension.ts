import type { Reader, Writer } from './codec.ts'
import { MlsError } from './error.ts'

/** A type and bytes whose meaning depends on it (RFC 9420 §13.4). Types unknown here are carried as they are. */
export interface Extension {
  readonly type: number
  readonly data: Uint8Array
}

/** Code points of RFC 9420 §17.3 and of draft-ietf-mls-extensions. */
export const extensionType = {
  applicationId: 1,
  ratchetTree: 2,
  requiredCapabilities: 3,
  externalPub: 4,
  externalSenders: 5,
  lastResort: 10,
} as const

const extensionsMax = 256

/** Types that every implementation of RFC 9420 understands and no capabilities list (§7.2). */
export const isDefaultExtension = (type: number): boolean =>
  type >= extensionType.applicationId && type <= extensionType.externalSenders

/** The data of the extension of this type, if it is there. */
export const extensionData = (extensions: readonly Extension[], type: number): Uint8Array | undefined =>
  extensions.find((extension) => extension.type === type)?.data

export const encodeExtension = (writer: Writer, extension: Extension): void => {
  writer.uint16(extension.type)
  writer.opaque(extension.data)
}

export const decodeExtension = (reader: Reader): Extension => ({
  type: reader.uint16(),
  data: reader.opaque(),
})

/** `Extension extensions<V>` */
export const encodeExtensions = (writer: Writer, extensions: readonly Extension[]): void =>
  // Most lists are empty, and a tree has one at each leaf.
  extensions.length === 0 ? writer.length(0) : writer.vector(encodeExtension, extensions)

/** @throws MlsError `malformed` when a type occurs twice (§13.4), as a reader could take either for the valid one */
export const decodeExtensions = (reader: Reader): readonly Extension[] => {
  const extensions = reader.vector(decodeExtension, extensionsMax)
  if (new Set(extensions.map(({ type }) => type)).size < extensions.length)
    throw new MlsError('malformed', 'an extension type occurs twice')
  return extensions
}
