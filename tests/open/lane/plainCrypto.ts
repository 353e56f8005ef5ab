import {
  constants,
  createCipheriv,
  createDecipheriv,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'

/** What a program does that has RSA and AES and no JOSE library: nothing of Sotto, and nothing but Node's own. */

const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' } as const
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } as const

export interface RsaPair {
  readonly privateKey: KeyObject
  readonly pem: string
}

export const rsaPair = (): RsaPair => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 3072 })
  return { privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }).toString() }
}

/** A key to somebody whose public key is PEM: RSA-OAEP with SHA-256, in base64. */
export const wrapped = (key: Uint8Array, pem: unknown): string =>
  publicEncrypt({ key: String(pem), ...oaep }, key).toString('base64')

export const unwrapped = (text: unknown, { privateKey: key }: RsaPair): Buffer =>
  privateDecrypt({ key, ...oaep }, Buffer.from(String(text), 'base64'))

export interface Fields {
  readonly encrypted_data: string
  readonly iv: string
}

/** AES-256-GCM, the tag appended. */
export const sealedFields = (text: string, key: Uint8Array): Fields => {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return { encrypted_data: data.toString('base64'), iv: iv.toString('base64') }
}

export const openedFields = (fields: unknown, key: Uint8Array): string => {
  const { encrypted_data, iv } = fields as Fields
  const data = Buffer.from(encrypted_data, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64'))
  decipher.setAuthTag(data.subarray(-16))
  return Buffer.concat([decipher.update(data.subarray(0, -16)), decipher.final()]).toString('utf8')
}

/** RSASSA-PSS with SHA-256, in base64, over JSON of what is said. */
export const signature = (content: readonly unknown[], { privateKey: key }: RsaPair): string =>
  sign('sha256', Buffer.from(JSON.stringify(content)), { key, ...pss }).toString('base64')

export const isSignedBy = (content: readonly unknown[], given: unknown, pem: unknown): boolean =>
  verify(
    'sha256',
    Buffer.from(JSON.stringify(content)),
    { key: String(pem), ...pss },
    Buffer.from(String(given), 'base64'),
  )
