import {
  bytesOfUrl,
  directHeader,
  H,
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
import type { Cryptography } from './ports/cryptography.ts'
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

export const makeSharedKey = (
  { random }: Pick<Cryptography, 'random'>,
  holders: readonly string[],
): SharedKey => ({
  key: toBase64url(random(keyBytes)),
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

const bytesOf = ({ key }: SharedKey): Uint8Array => formed(() => bytesOfUrl(key))

const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

type Sealing = Pick<Cryptography, 'random' | 'encrypt'>
type Opening = Pick<Cryptography, 'decrypt'>

/** Seals a text: AES-256-GCM with a fresh iv, the tag appended. */
const sealed = async (
  { random, encrypt }: Sealing,
  text: string,
  shared: SharedKey,
  aad: string,
): Promise<SealedContent> => {
  const iv = random(ivBytes)
  return { iv, sealed: await encrypt(bytesOf(shared), iv, utf8Bytes(text), utf8Bytes(aad)), aad }
}

const openWith = async (
  { decrypt }: Opening,
  { iv, sealed: ciphertext, aad }: SealedContent,
  keys: readonly SharedKey[],
): Promise<string> => {
  for (const key of keys) {
    // Under another one, where it does not open.
    const bytes = await decrypt(bytesOf(key), iv, ciphertext, utf8Bytes(aad)).catch(() => undefined)
    if (bytes) return utf8(bytes)
  }
  return fail('NOT_FOR_US')
}

/** A text as a classic room takes it: AES-256-GCM with a fresh iv, tag appended. @throws LaneError `PAYLOAD_TOO_LARGE` */
export const sealForRoom = async (cryptography: Sealing, text: string, shared: SharedKey) => {
  const { iv, sealed: ciphertext } = await sealed(cryptography, text, shared, '')
  const whole = new Uint8Array(ivBytes + ciphertext.length)
  whole.set(iv)
  whole.set(ciphertext, ivBytes)
  return {
    encrypted_content: bounded(writeByteArray(ciphertext)),
    iv: writeByteArray(iv),
    message_hash: hex(H(whole)),
  }
}

/** @throws LaneError `ENVELOPE_INVALID`, `NOT_FOR_US` where none of the keys fits */
export const openFromRoom = async (
  cryptography: Opening,
  content: unknown,
  iv: unknown,
  keys: readonly SharedKey[],
): Promise<string> =>
  openWith(
    cryptography,
    formed(() => readRoomContent(content, iv)),
    keys,
  )

/** A text under the key of a chat: a compact JWE with `dir`. @throws LaneError `PAYLOAD_TOO_LARGE` */
export const sealForChat = async (cryptography: Sealing, text: string, shared: SharedKey): Promise<string> =>
  bounded(writeDirect(await sealed(cryptography, text, shared, directHeader)))

/** Of any form that the lane takes. @throws LaneError `NOT_FOR_US`, `ENVELOPE_INVALID` */
export const openFromChat = async (
  cryptography: Opening,
  message: unknown,
  keys: readonly SharedKey[],
): Promise<string> =>
  openWith(
    cryptography,
    formed(() => readChatMessage(message)),
    keys,
  )
