import { MlsError } from './error.ts'

/**
 * The presentation language of RFC 9420 §2.1: big-endian integers, `opaque x<V>` and `T x<V>` with the
 * variable-size length of RFC 9000 §16 in its shortest form, `optional<T>` as a presence byte.
 *
 * A structure is a pair of functions: `encodeThing(writer, thing)` and `decodeThing(reader)`.
 */
export type Encode<T> = (writer: Writer, value: T) => void
export type Decode<T> = (reader: Reader) => T

const maxVariableLength = 0x3fff_ffff

/** Appends to a buffer that grows by doubling. */
export class Writer {
  #bytes: Uint8Array
  #length = 0

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity)
  }

  #room(count: number): number {
    const start = this.#length
    const end = start + count
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2))
      grown.set(this.#bytes.subarray(0, start))
      this.#bytes = grown
    }
    this.#length = end
    return start
  }

  uint8(value: number): void {
    const at = this.#room(1)
    this.#bytes[at] = value
  }

  uint16(value: number): void {
    const at = this.#room(2)
    this.#bytes[at] = value >>> 8
    this.#bytes[at + 1] = value
  }

  uint32(value: number): void {
    const at = this.#room(4)
    this.#bytes[at] = value >>> 24
    this.#bytes[at + 1] = value >>> 16
    this.#bytes[at + 2] = value >>> 8
    this.#bytes[at + 3] = value
  }

  uint64(value: bigint): void {
    this.uint32(Number((value >> 32n) & 0xffff_ffffn))
    this.uint32(Number(value & 0xffff_ffffn))
  }

  /** Bytes without a length: a field of fixed size. */
  fixed(bytes: Uint8Array): void {
    const at = this.#room(bytes.length)
    this.#bytes.set(bytes, at)
  }

  /** A length of RFC 9420 §2.1.2. */
  length(value: number): void {
    if (value < 0x40) this.uint8(value)
    else if (value < 0x4000) this.uint16(0x4000 | value)
    else if (value <= maxVariableLength) this.uint32((0x8000_0000 | value) >>> 0)
    else throw new MlsError('limit_exceeded', `vector of ${value} bytes`)
  }

  /** `opaque x<V>` */
  opaque(bytes: Uint8Array): void {
    this.length(bytes.length)
    this.fixed(bytes)
  }

  /** `T x<V>`: the length counts bytes, not elements. */
  vector<T>(encode: Encode<T>, values: Iterable<T>): void {
    const body = new Writer()
    for (const value of values) encode(body, value)
    this.opaque(body.view())
  }

  /** `optional<T> x` */
  optional<T>(encode: Encode<T>, value: T | undefined): void {
    if (value === undefined) return this.uint8(0)
    this.uint8(1)
    encode(this, value)
  }

  /** Forgets what was written and keeps the room for more. */
  reset(): void {
    this.#length = 0
  }

  /** What was written, without a copy; not to be used after a further write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** What was written, as bytes of the caller's own. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }
}

/**
 * Reads from bytes that an adversary may have made. Every length is checked against what is left before anything
 * is allocated; what is returned is a copy, so that no small key keeps a large message alive.
 */
export class Reader {
  readonly #bytes: Uint8Array
  #at: number
  readonly #end: number

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  /** Position in the bytes that the outermost reader was given. */
  get offset(): number {
    return this.#at
  }

  get remaining(): number {
    return this.#end - this.#at
  }

  #skip(count: number, what: string): number {
    const start = this.#at
    if (count > this.#end - start)
      throw new MlsError(
        'malformed',
        `${what} at byte ${start} wants ${count} bytes, ${this.#end - start} are left`,
      )
    this.#at = start + count
    return start
  }

  uint8(): number {
    return this.#bytes[this.#skip(1, 'uint8')] as number
  }

  uint16(): number {
    const at = this.#skip(2, 'uint16')
    return ((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number)
  }

  uint32(): number {
    const high = this.uint16()
    return high * 0x1_0000 + this.uint16()
  }

  uint64(): bigint {
    const high = BigInt(this.uint32())
    return (high << 32n) | BigInt(this.uint32())
  }

  fixed(count: number): Uint8Array {
    const at = this.#skip(count, 'bytes')
    return this.#bytes.slice(at, at + count)
  }

  /** A length of RFC 9420 §2.1.2; a form longer than needed is refused. */
  length(): number {
    const at = this.#at
    const first = this.uint8()
    const prefix = first >>> 6
    if (prefix === 0) return first
    if (prefix === 3) throw new MlsError('malformed', `length prefix at byte ${at}`)
    let value = first & 0x3f
    const more = prefix === 1 ? 1 : 3
    for (let i = 0; i < more; i++) value = value * 256 + this.uint8()
    if (value < (prefix === 1 ? 0x40 : 0x4000))
      throw new MlsError('malformed', `length at byte ${at} is not shortest`)
    return value
  }

  opaque(): Uint8Array {
    return this.fixed(this.length())
  }

  /** A reader of the bytes of the next `<V>` vector. */
  nested(): Reader {
    const count = this.length()
    const at = this.#skip(count, 'vector')
    return new Reader(this.#bytes, at, at + count)
  }

  /** @param maxCount how many elements there may be at the most */
  vector<T>(decode: Decode<T>, maxCount: number): T[] {
    const body = this.nested()
    const values: T[] = []
    while (body.remaining > 0) {
      if (values.length === maxCount) throw new MlsError('limit_exceeded', `more than ${maxCount} elements`)
      const before = body.offset
      values.push(decode(body))
      // An element of no bytes would never come to an end.
      if (body.offset === before) throw new MlsError('malformed', `empty element at byte ${before}`)
    }
    return values
  }

  optional<T>(decode: Decode<T>): T | undefined {
    const at = this.#at
    const present = this.uint8()
    if (present === 0) return undefined
    if (present === 1) return decode(this)
    throw new MlsError('malformed', `presence byte ${present} at byte ${at}`)
  }

  /** The bytes between two positions of this reader, as read: for verifying what was received, not re-encoded. */
  since(start: number): Uint8Array {
    return this.#bytes.slice(start, this.#at)
  }

  /** @throws MlsError `malformed` when bytes are left over */
  end(): void {
    if (this.remaining > 0)
      throw new MlsError('malformed', `${this.remaining} bytes too many at byte ${this.#at}`)
  }
}

export const encode = <T>(encoder: Encode<T>, value: T): Uint8Array => {
  const writer = new Writer()
  encoder(writer, value)
  return writer.take()
}

/** The whole of `bytes` as one structure. @throws MlsError `malformed`, `limit_exceeded` */
export const decode = <T>(decoder: Decode<T>, bytes: Uint8Array): T => {
  const reader = new Reader(bytes)
  const value = decoder(reader)
  reader.end()
  return value
}
