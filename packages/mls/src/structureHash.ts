import { Writer } from './codec.ts'
import type { Crypto } from './labels.ts'

/** A node of a tree fits in it, under the largest keys. */
const roomBytes = 8192

let scratch = new Writer(roomBytes)

/**
 * The hash of an encoded structure. A tree has thousands of them, so all are written to the same room; nothing of it
 * is handed out, and hashing is synchronous.
 */
export const structureHash = ({ provider, suite }: Crypto, write: (writer: Writer) => void): Uint8Array => {
  scratch.reset()
  write(scratch)
  const bytes = scratch.view()
  const hash = provider.hash(suite.hash, bytes)
  // A structure that someone made huge does not keep its room for good.
  if (bytes.length > roomBytes) scratch = new Writer(roomBytes)
  return hash
}
