import { createHash } from 'node:crypto'
import { refuse } from '../failure.ts'

/**
 * Whether the hash beside a message is one of what is sealed: a hash of the plaintext would let the server, and whoever
 * steals its database, confirm guesses.
 *
 * @throws OpenRefusal `MESSAGE_HASH_PLAINTEXT`
 */
export const checkMessageHash = (messageHash: string, iv: Uint8Array, sealed: Uint8Array): void => {
  if (messageHash === '') return
  const wanted = createHash('sha256').update(iv).update(sealed).digest('hex')
  if (messageHash.toLowerCase() !== wanted) refuse('MESSAGE_HASH_PLAINTEXT')
}
