import type { Reader, Writer } from './codec.ts'

/** What a client supports beyond the defaults of RFC 9420 §7.2. Unknown and GREASE values are kept and ignored. */
export interface Capabilities {
  readonly versions: readonly number[]
  readonly cipherSuites: readonly number[]
  readonly extensions: readonly number[]
  readonly proposals: readonly number[]
  readonly credentials: readonly number[]
}

/** Proposal types `add` to `group_context_extensions`, which everyone supports and no capabilities list (§7.2). */
export const isDefaultProposal = (type: number): boolean => type >= 1 && type <= 7

const typesMax = 512

/** `uint16 types<V>` */
export const encodeTypes = (writer: Writer, types: readonly number[]): void => {
  writer.length(types.length * 2)
  for (const type of types) writer.uint16(type)
}

export const decodeTypes = (reader: Reader): readonly number[] =>
  reader.vector((from) => from.uint16(), typesMax)

export const encodeCapabilities = (writer: Writer, capabilities: Capabilities): void => {
  encodeTypes(writer, capabilities.versions)
  encodeTypes(writer, capabilities.cipherSuites)
  encodeTypes(writer, capabilities.extensions)
  encodeTypes(writer, capabilities.proposals)
  encodeTypes(writer, capabilities.credentials)
}

export const decodeCapabilities = (reader: Reader): Capabilities => ({
  versions: decodeTypes(reader),
  cipherSuites: decodeTypes(reader),
  extensions: decodeTypes(reader),
  proposals: decodeTypes(reader),
  credentials: decodeTypes(reader),
})
