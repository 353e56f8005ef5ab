import { decodeTypes, encodeTypes } from './capabilities.ts'
import { decode, type Reader, type Writer } from './codec.ts'
import { type Extension, extensionData, extensionType } from './extension.ts'

/** What every member of a group must support (RFC 9420 §11.1): a GroupContext extension. */
export interface RequiredCapabilities {
  readonly extensions: readonly number[]
  readonly proposals: readonly number[]
  readonly credentials: readonly number[]
}

export const encodeRequiredCapabilities = (writer: Writer, required: RequiredCapabilities): void => {
  encodeTypes(writer, required.extensions)
  encodeTypes(writer, required.proposals)
  encodeTypes(writer, required.credentials)
}

export const decodeRequiredCapabilities = (reader: Reader): RequiredCapabilities => ({
  extensions: decodeTypes(reader),
  proposals: decodeTypes(reader),
  credentials: decodeTypes(reader),
})

/** The requirements that a group context carries, if any. @throws MlsError `malformed` */
export const requiredCapabilitiesOf = (
  extensions: readonly Extension[],
): RequiredCapabilities | undefined => {
  const data = extensionData(extensions, extensionType.requiredCapabilities)
  return data && decode(decodeRequiredCapabilities, data)
}
