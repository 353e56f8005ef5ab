import {
  constants,
  createCipheriv,
  createDecipheriv,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto'
import { limits } from '@sotto/client'
import { GatewayRefusal } from '../refusal.ts'
import { type OaepHash, oaepHashes } from './oaepHash.ts'

/**
 * The form in which the old sender and the old receiver encrypt: AES in CBC with PKCS#7, its key under RSA-OAEP. Nothing in
 * it is authenticated, so it stays between the gateway and the programs of its machine.
 */
export interface CbcEnvelope {
  readonly data: Buffer
  readonly key: Buffer
  readonly iv: Buffer
}

/** What the form leaves open, and what each old program has settled for itself. */
export interface Suite {
  readonly oaepHash: OaepHash
  /** Of the AES key. */
  readonly keyBytes: 16 | 24 | 32
}

const blockBytes = 16

const ciphers = { 16: 'aes-128-cbc', 24: 'aes-192-cbc', 32: 'aes-256-cbc' } as const

const isKeyBytes = (bytes: number): bytes is Suite['keyBytes'] => Object.hasOwn(ciphers, bytes)

/** Either alphabet, as libraries write it: some break lines, some leave out the padding. */
const base64 = /^[A-Za-z0-9+/_-]+={0,2}$/

const charactersMax = 2 * limits.textBytesMax

const bytesOf = (field: string, value: unknown): Buffer => {
  if (typeof value === 'string' && value.length > charactersMax)
    throw new GatewayRefusal('PAYLOAD_TOO_LARGE', `A message has ${limits.textBytesMax} bytes at most`, field)
  const text = typeof value === 'string' ? value.replaceAll(/\s/g, '') : ''
  if (!base64.test(text)) throw new GatewayRefusal('PAYLOAD_INVALID', `${field} is to be base64`, field)
  return Buffer.from(text, 'base64')
}

/** @throws GatewayRefusal `PAYLOAD_INVALID`, `PAYLOAD_TOO_LARGE`: by what anybody can see of it */
export const readCbcEnvelope = (payload: unknown): CbcEnvelope => {
  if (typeof payload !== 'object' || payload === null)
    throw new GatewayRefusal(
      'PAYLOAD_INVALID',
      'encrypted_payload is {encrypted_data, encrypted_key, iv}',
      'encrypted_payload',
    )
  const fields: Readonly<Record<string, unknown>> = { ...payload }
  const [data, key, iv] = ['encrypted_data', 'encrypted_key', 'iv'].map((field) =>
    bytesOf(field, fields[field]),
  ) as [Buffer, Buffer, Buffer]
  if (iv.length !== blockBytes)
    throw new GatewayRefusal('PAYLOAD_INVALID', `The iv of AES-CBC has ${blockBytes} bytes`, 'iv')
  if (data.length === 0 || data.length % blockBytes !== 0)
    throw new GatewayRefusal('PAYLOAD_INVALID', 'AES-CBC gives whole blocks of 16 bytes', 'encrypted_data')
  if (data.length > limits.textBytesMax + blockBytes)
    throw new GatewayRefusal('PAYLOAD_TOO_LARGE', `A message has ${limits.textBytesMax} bytes at most`)
  return { data, key, iv }
}

const padding = constants.RSA_PKCS1_OAEP_PADDING

const unwrapped = (
  wrapped: Buffer,
  privateKey: KeyObject,
  oaepHash: OaepHash,
): { readonly key: Buffer; readonly suite: Suite } | undefined => {
  try {
    const key = privateDecrypt({ key: privateKey, padding, oaepHash }, wrapped)
    const { length: keyBytes } = key
    return isKeyBytes(keyBytes) ? { key, suite: { oaepHash, keyBytes } } : undefined
  } catch {
    return undefined
  }
}

const decrypted = ({ data, iv }: CbcEnvelope, key: Buffer, { keyBytes }: Suite): string | undefined => {
  try {
    const decipher = createDecipheriv(ciphers[keyBytes], key, iv)
    const bytes = Buffer.concat([decipher.update(data), decipher.final()])
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/**
 * What is inside, and how it was made. Whatever is wrong with it, the key, its padding, the padding of the data or the text,
 * the answer is the same and costs the same: whoever may try could otherwise learn the text from the differences.
 */
export const openCbc = (
  envelope: CbcEnvelope,
  privateKey: KeyObject,
): { readonly text: string; readonly suite: Suite } | undefined => {
  const [found] = oaepHashes.flatMap((hash) => unwrapped(envelope.key, privateKey, hash) ?? [])
  const { key, suite } = found ?? { key: randomBytes(32), suite: { oaepHash: 'sha256', keyBytes: 32 } }
  const text = decrypted(envelope, key, suite)
  return found === undefined || text === undefined ? undefined : { text, suite }
}

/** The payload that an old receiver opens with its private key. */
export const sealCbc = (text: string, publicKey: KeyObject, { oaepHash, keyBytes }: Suite) => {
  const [key, iv] = [randomBytes(keyBytes), randomBytes(blockBytes)]
  const cipher = createCipheriv(ciphers[keyBytes], key, iv)
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  const wrapped = publicEncrypt({ key: publicKey, padding, oaepHash }, key)
  return {
    encrypted_data: data.toString('base64'),
    encrypted_key: wrapped.toString('base64'),
    iv: iv.toString('base64'),
  }
}
