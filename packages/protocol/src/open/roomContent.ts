import { readByteArray } from './byteArray.ts'
import type { SealedContent } from './chatMessage.ts'
import { refuseForm } from './form.ts'

const gcmIvBytes = 12
const gcmTagBytes = 16
const blockCipherIvBytes = 16

const bytesOf = (array: unknown): Uint8Array<ArrayBuffer> =>
  (typeof array === 'string' ? readByteArray(array) : undefined) ?? refuseForm()

/**
 * The content of a classic room: texts that hold JSON arrays of bytes. AES-256-GCM, tag appended, under a key that its
 * members gave each other.
 *
 * @throws FormRefusal `UNAUTHENTICATED_ENCRYPTION`, `PAYLOAD_INVALID`
 */
export const readRoomContent = (content: unknown, iv: unknown): SealedContent => {
  const nonce = bytesOf(iv)
  if (nonce.length === blockCipherIvBytes) refuseForm('UNAUTHENTICATED_ENCRYPTION')
  if (nonce.length !== gcmIvBytes) refuseForm()
  const sealed = bytesOf(content)
  if (sealed.length < gcmTagBytes) refuseForm('UNAUTHENTICATED_ENCRYPTION')
  return { iv: nonce, sealed, aad: '' }
}

/** Bytes as a classic room takes them. */
export const writeByteArray = (bytes: Uint8Array): string => JSON.stringify([...bytes])
