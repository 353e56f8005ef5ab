import {
  bytesOfUrl,
  directHeader,
  readChatMessage,
  readRoomContent,
  type SealedContent,
  toBase64url,
  utf8Bytes,
  writeByteArray,
  writeDirect,
} from '@sotto/protocol'
import { bounded } from './envelope.ts'
import { fail } from './failure.ts'
import { formed, isJsonObject, utf8 } from './strict.ts'

/** 256 bits that the members of a room or chat have, and who they are. */
export interface SharedKey {
  /** base64url of 32 bytes. */
  readonly key: string
  /** The names of those whom it was given to, sorted; nobody where it is not signed who they are. */
  readonly holders: readonly string[]
}

const keyBytes = 32
const ivBytes = 12
const holdersMax = 1000
const textEncoder = new TextEncoder()

export const makeSharedKey = (holders: readonly string[]): SharedKey => ({
  key: toBase64url(crypto.getRandomValues(new Uint8Array(keyBytes))),
  holders: holders.toSorted(),
})

const isName = (value: unknown): value is string => typeof value === 'string' && value.length <= 64

/** What came in a key envelope. @throws LaneError `ENVELOPE_INVALID` */
export const readSharedKey = (body: unknown): SharedKey => {
  if (!isJsonObject(body)) return fail('ENVELOPE_INVALID')
  const { key, holders } = body
  if (typeof key !== 'string' || formed(() => bytesOfUrl(key)).length !== keyBytes)
    return fail('ENVELOPE_INVALID')
  if (!Array.isArray(holders) || holders.length > holdersMax || !holders.every(isName))
    return fail('ENVELOPE_INVALID')
  return { key, holders: holders.toSorted() }
}

/**
 * A key that somebody has sealed to us and nobody has signed: what is signed under it is read, and nothing is sealed under
 * it. Undefined for what is no key.
 */
export const readUnsignedKey = (bytes: Uint8Array): SharedKey | undefined =>
  bytes.length === keyBytes ? { key: toBase64url(bytes), holders: [] } : undefined

export const isSigned = ({ holders }: SharedKey): boolean => holders.length > 0

export const isHeldBy = ({ holders }: SharedKey, names: readonly string[]): boolean =>
  holders.length === names.length && names.toSorted().every((name, at) => name === holders[at])

const aesKey = ({ key }: SharedKey, usage: 'encrypt' | 'decrypt') =>
  crypto.subtle.importKey(
    'raw',
    formed(() => bytesOfUrl(key)),
    'AES-GCM',
    false,
    [usage],
  )

const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** Seals a text: AES-256-GCM with a fresh iv, the tag appended. */
const sealed = async (text: string, shared: SharedKey, aad: string): Promise<SealedContent> => {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes))
  const key = await aesKey(shared, 'encrypt')
  const parameters = { name: 'AES-GCM', iv, additionalData: utf8Bytes(aad) }
  const ciphertext = await crypto.subtle.encrypt(parameters, key, textEncoder.encode(text))
  return { iv, sealed: new Uint8Array(ciphertext), aad }
}

const opened = async (
  { iv, sealed: ciphertext, aad }: SealedContent,
  shared: SharedKey,
): Promise<Uint8Array> => {
  const parameters = { name: 'AES-GCM', iv, additionalData: utf8Bytes(aad) }
  return new Uint8Array(await crypto.subtle.decrypt(parameters, await aesKey(shared, 'decrypt'), ciphertext))
}

const openWith = async (content: SealedContent, keys: readonly SharedKey[]): Promise<string> => {
  for (const key of keys) {
    // Under another one, where it does not open.
    const bytes = await opened(content, key).catch(() => undefined)
    if (bytes) return utf8(bytes)
  }
  return fail('NOT_FOR_US')
}

/** A text as a classic room takes it: AES-256-GCM with a fresh iv, tag appended. @throws LaneError `PAYLOAD_TOO_LARGE` */
export const sealForRoom = async (text: string, shared: SharedKey) => {
  const { iv, sealed: ciphertext } = await sealed(text, shared, '')
  const whole = new Uint8Array(ivBytes + ciphertext.length)
  whole.set(iv)
  whole.set(ciphertext, ivBytes)
  const hashed = await crypto.subtle.digest('SHA-256', whole)
  return {
    encrypted_content: bounded(writeByteArray(ciphertext)),
    iv: writeByteArray(iv),
    message_hash: hex(new Uint8Array(hashed)),
  }
}

/** @throws LaneError `ENVELOPE_INVALID`, `NOT_FOR_US` where none of the keys fits */
export const openFromRoom = async (
  content: unknown,
  iv: unknown,
  keys: readonly SharedKey[],
): Promise<string> =>
  openWith(
    formed(() => readRoomContent(content, iv)),
    keys,
  )

/** A text under the key of a chat: a compact JWE with `dir`. @throws LaneError `PAYLOAD_TOO_LARGE` */
export const sealForChat = async (text: string, shared: SharedKey): Promise<string> =>
  bounded(writeDirect(await sealed(text, shared, directHeader)))

/** Of any form that the lane takes. @throws LaneError `NOT_FOR_US`, `ENVELOPE_INVALID` */
export const openFromChat = async (message: unknown, keys: readonly SharedKey[]): Promise<string> =>
  openWith(
    formed(() => readChatMessage(message)),
    keys,
  )
