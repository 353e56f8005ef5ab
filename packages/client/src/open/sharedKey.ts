import { base64url, CompactEncrypt, compactDecrypt } from 'jose'
import { bounded } from './envelope.ts'
import { fail } from './failure.ts'
import { checkCompactJwe, isJsonObject, utf8 } from './strict.ts'

/** 256 bits that the members of a room or chat have, and who they are. */
export interface SharedKey {
  /** base64url of 32 bytes. */
  readonly key: string
  /** The names of those whom it was given to, sorted. */
  readonly holders: readonly string[]
}

const keyBytes = 32
const ivBytes = 12
const holdersMax = 1000
const textEncoder = new TextEncoder()

export const makeSharedKey = (holders: readonly string[]): SharedKey => ({
  key: base64url.encode(crypto.getRandomValues(new Uint8Array(keyBytes))),
  holders: holders.toSorted(),
})

const isName = (value: unknown): value is string => typeof value === 'string' && value.length <= 64

/** What came in a key envelope. @throws LaneError `ENVELOPE_INVALID` */
export const readSharedKey = (body: unknown): SharedKey => {
  if (!isJsonObject(body)) return fail('ENVELOPE_INVALID')
  const { key, holders } = body
  if (typeof key !== 'string' || base64url.decode(key).length !== keyBytes) return fail('ENVELOPE_INVALID')
  if (!Array.isArray(holders) || holders.length > holdersMax || !holders.every(isName))
    return fail('ENVELOPE_INVALID')
  return { key, holders: holders.toSorted() }
}

export const isHeldBy = ({ holders }: SharedKey, names: readonly string[]): boolean =>
  holders.length === names.length && names.toSorted().every((name, at) => name === holders[at])

const aesKey = ({ key }: SharedKey, usage: 'encrypt' | 'decrypt') =>
  crypto.subtle.importKey('raw', new Uint8Array(base64url.decode(key)), 'AES-GCM', false, [usage])

const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

const arrayText = (bytes: Uint8Array): string => JSON.stringify([...bytes])

/** A text that holds a JSON array of bytes, as programs in JavaScript and Python write it. */
const bytesOfArray = (text: unknown): Uint8Array<ArrayBuffer> => {
  if (typeof text !== 'string' || !/^\[\d{1,3}(?:, ?\d{1,3})*\]$/.test(text)) return fail('ENVELOPE_INVALID')
  const numbers = text.slice(1, -1).split(/, ?/).map(Number)
  return numbers.every((byte) => byte <= 255) ? Uint8Array.from(numbers) : fail('ENVELOPE_INVALID')
}

/** A text as a classic room takes it: AES-256-GCM with a fresh iv, tag appended. @throws LaneError `PAYLOAD_TOO_LARGE` */
export const sealForRoom = async (text: string, shared: SharedKey) => {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes))
  const key = await aesKey(shared, 'encrypt')
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, textEncoder.encode(text))
  const ciphertext = new Uint8Array(sealed)
  const whole = new Uint8Array(ivBytes + ciphertext.length)
  whole.set(iv)
  whole.set(ciphertext, ivBytes)
  const hashed = await crypto.subtle.digest('SHA-256', whole)
  return {
    encrypted_content: bounded(arrayText(ciphertext)),
    iv: arrayText(iv),
    message_hash: hex(new Uint8Array(hashed)),
  }
}

/** @throws LaneError `NOT_FOR_US` where none of the keys fits */
export const openFromRoom = async (
  content: unknown,
  iv: unknown,
  keys: readonly SharedKey[],
): Promise<string> => {
  const [ciphertext, nonce] = [bytesOfArray(content), bytesOfArray(iv)]
  for (const shared of keys)
    try {
      const key = await aesKey(shared, 'decrypt')
      return utf8(
        new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce }, key, ciphertext)),
      )
    } catch {
      // Under another one.
    }
  return fail('NOT_FOR_US')
}

/** A text under the key of a chat: a compact JWE with `dir`. @throws LaneError `PAYLOAD_TOO_LARGE` */
export const sealForChat = async (text: string, { key }: SharedKey): Promise<string> =>
  bounded(
    await new CompactEncrypt(textEncoder.encode(text))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(base64url.decode(key)),
  )

/** @throws LaneError `NOT_FOR_US`, `ENVELOPE_INVALID` */
export const openFromChat = async (jwe: unknown, keys: readonly SharedKey[]): Promise<string> => {
  if (typeof jwe !== 'string') return fail('ENVELOPE_INVALID')
  checkCompactJwe(jwe, ['dir'])
  const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] }
  for (const { key } of keys)
    try {
      return utf8((await compactDecrypt(jwe, base64url.decode(key), options)).plaintext)
    } catch {
      // Under another one.
    }
  return fail('NOT_FOR_US')
}
