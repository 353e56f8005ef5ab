import { createHmac, hash } from 'node:crypto'

const plain = (buffer: Buffer): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)

/** `H` of the protocol, native: payloads are long, and every message is hashed. */
export const digest = (bytes: Uint8Array): Uint8Array => plain(hash('sha256', bytes, 'buffer'))

/**
 * The sender of an entry as only this server can tell: equal for the messages of one device in one room, so that
 * duplicates are found, and nothing to whoever has the database alone.
 */
export const senderTag = (key: Uint8Array, room: Uint8Array, device: Uint8Array): Uint8Array =>
  plain(createHmac('sha256', key).update(room).update(device).digest())

/** Bytes as the key of a map, without the cost of hex. */
export const mapKey = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
