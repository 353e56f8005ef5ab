import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

const arrayText = (bytes: Uint8Array): string => JSON.stringify([...bytes])
const bytesOf = (text: unknown): Buffer => Buffer.from(JSON.parse(String(text)) as number[])

/** A text under the key of a classic room, as `send_message` takes it. */
export const roomContent = (
  room_id: unknown,
  text: string,
  key: Uint8Array,
  iv: Uint8Array = randomBytes(12),
) => {
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  const message_hash = createHash('sha256').update(iv).update(ciphertext).digest('hex')
  return { room_id, encrypted_content: arrayText(ciphertext), iv: arrayText(iv), message_hash }
}

export const roomText = (message: Readonly<Record<string, unknown>>, key: Uint8Array): string => {
  const ciphertext = bytesOf(message['encrypted_content'])
  const decipher = createDecipheriv('aes-256-gcm', key, bytesOf(message['iv']))
  decipher.setAuthTag(ciphertext.subarray(-16))
  return Buffer.concat([decipher.update(ciphertext.subarray(0, -16)), decipher.final()]).toString('utf8')
}
