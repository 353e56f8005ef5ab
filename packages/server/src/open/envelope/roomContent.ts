import { createHash } from 'node:crypto'
import { refuse } from '../failure.ts'
import { readByteArray } from '../form/byteArray.ts'

const gcmIvBytes = 12
const gcmTagBytes = 16
const blockCipherIvBytes = 16

/** @throws OpenRefusal `PAYLOAD_INVALID` */
const bytesOf = (array: string): Uint8Array => readByteArray(array) ?? refuse('PAYLOAD_INVALID')

/**
 * The content of a classic room: AES-256-GCM, tag appended, under a key that its members gave each other. The server
 * learns the iv, so that it can refuse one that is used twice, and whether the hash is one of the ciphertext: a hash
 * of the plaintext would let it, and whoever steals its database, confirm guesses.
 *
 * @throws OpenRefusal `UNAUTHENTICATED_ENCRYPTION`, `MESSAGE_HASH_PLAINTEXT`, `PAYLOAD_INVALID`
 */
export const checkRoomContent = (content: string, iv: string, messageHash: string): { iv: Uint8Array } => {
  const ivBytes = bytesOf(iv)
  const ciphertext = bytesOf(content)
  if (ivBytes.length === blockCipherIvBytes) refuse('UNAUTHENTICATED_ENCRYPTION')
  if (ivBytes.length !== gcmIvBytes) refuse('PAYLOAD_INVALID')
  if (ciphertext.length < gcmTagBytes) refuse('UNAUTHENTICATED_ENCRYPTION')
  if (messageHash !== '') {
    const wanted = createHash('sha256').update(ivBytes).update(ciphertext).digest('hex')
    if (messageHash.toLowerCase() !== wanted) refuse('MESSAGE_HASH_PLAINTEXT')
  }
  return { iv: ivBytes }
}
