import { decode, encode, type Reader, type Writer } from './codec.ts'
import { MlsError } from './error.ts'

/** What is stored under names of its own, so that a change writes what changed and no more. */
export interface Part {
  readonly part: string
  /** Null where the part is to be deleted. */
  readonly bytes: Uint8Array | null
}

export type Parts = ReadonlyMap<string, Uint8Array>

/** Of all parts; where one of them is written otherwise, it is another. */
export const storedVersion = 1

/** A stored form: its version, then its fields. */
export const encodeStored = (fields: (writer: Writer) => void): Uint8Array =>
  encode((writer) => {
    writer.uint8(storedVersion)
    fields(writer)
  }, undefined)

/** @throws MlsError `unsupported` for a version that is not known here, `malformed` */
export const decodeStored = <T>(fields: (reader: Reader) => T, bytes: Uint8Array): T =>
  decode((reader) => {
    const version = reader.uint8()
    if (version !== storedVersion) throw new MlsError('unsupported', `stored form ${version}`)
    return fields(reader)
  }, bytes)

/** @throws MlsError `malformed` when it is not there */
export const partOf = (parts: Parts, name: string): Uint8Array => {
  const bytes = parts.get(name)
  if (!bytes) throw new MlsError('malformed', `part ${name} is missing`)
  return bytes
}

/** Collects what is to be written and deleted. */
export class PartChanges {
  readonly #changes = new Map<string, Uint8Array | null>()

  delete(part: string): void {
    this.#changes.set(part, null)
  }

  set(part: string, bytes: Uint8Array): void {
    this.#changes.set(part, bytes)
  }

  list(): readonly Part[] {
    return [...this.#changes].map(([part, bytes]) => ({ part, bytes }))
  }
}
