import type { Reader, Writer } from './codec.ts'
import { MlsError } from './error.ts'

/** `ProtocolVersion` of RFC 9420 §6: the only one there is. */
export const mls10 = 1

export const encodeProtocolVersion = (writer: Writer, version: number): void => writer.uint16(version)

/** @throws MlsError `unsupported` for any version but mls10 */
export const decodeProtocolVersion = (reader: Reader): number => {
  const version = reader.uint16()
  if (version !== mls10) throw new MlsError('unsupported', `protocol version ${version}`)
  return version
}
