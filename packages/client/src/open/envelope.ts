import { limits } from '@sotto/protocol'
import {
  CompactEncrypt,
  compactDecrypt,
  type FlattenedJWE,
  flattenedDecrypt,
  GeneralEncrypt,
  type GeneralJWE,
} from 'jose'
import { fail, LaneError } from './failure.ts'
import { type Identity, keyAlgorithmFor, type PublicKeys, usable } from './keys.ts'
import {
  bytesOfStandard,
  checkCompactJwe,
  checkFlattenedJwe,
  type ContentAlgorithm,
  contentAlgorithms,
  isJsonObject,
  type JsonObject,
  keyAlgorithms,
  parseStrict,
} from './strict.ts'

/** What is larger would not be answered: the server closes the connection that it comes by. @throws LaneError `PAYLOAD_TOO_LARGE` */
export const bounded = (sealed: string): string =>
  sealed.length <= limits.openEnvelopeCharactersMax ? sealed : fail('PAYLOAD_TOO_LARGE')

/** Seals bytes to one public key: a compact JWE (RFC 7516). @throws LaneError `PAYLOAD_TOO_LARGE` */
export const sealTo = async (
  plaintext: Uint8Array,
  { receiving }: PublicKeys,
  enc: ContentAlgorithm = 'A256GCM',
): Promise<string> => {
  const alg = keyAlgorithmFor(receiving)
  const jwe = await new CompactEncrypt(plaintext)
    .setProtectedHeader({ alg, enc })
    .encrypt(await usable(receiving, alg))
  return bounded(jwe)
}

/** Seals the same bytes to each of several: a general JWE whose recipients have their names as `kid`. */
export const sealToAll = async (
  plaintext: Uint8Array,
  recipients: ReadonlyMap<string, PublicKeys>,
  enc: ContentAlgorithm = 'A256GCM',
): Promise<GeneralJWE> => {
  const jwe = new GeneralEncrypt(plaintext).setProtectedHeader({ enc })
  for (const [kid, { receiving }] of recipients) {
    const alg = keyAlgorithmFor(receiving)
    jwe.addRecipient(await usable(receiving, alg)).setUnprotectedHeader({ alg, kid })
  }
  return jwe.encrypt()
}

const options = {
  keyManagementAlgorithms: [...keyAlgorithms],
  contentEncryptionAlgorithms: [...contentAlgorithms],
}

/** `{encrypted_data, encrypted_key, iv}` of programs without a JOSE library. */
const openFields = async (fields: JsonObject, { receiving }: Identity): Promise<Uint8Array> => {
  const names = ['encrypted_data', 'encrypted_key', 'iv']
  if (Object.keys(fields).some((name) => !names.includes(name))) fail('ENVELOPE_INVALID')
  const [data, wrapped, iv] = names.map((name) => bytesOfStandard(fields[name]))
  if (!data || !wrapped || iv?.length !== 12) return fail('ENVELOPE_INVALID')
  const key = await usable(receiving, 'RSA-OAEP-256')
  const raw = await crypto.subtle.decrypt('RSA-OAEP', key, wrapped)
  if (raw.byteLength !== 32) fail('ENVELOPE_INVALID')
  const contentKey = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt'])
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, contentKey, data))
}

const openCompact = async (jwe: string, { receiving }: Identity): Promise<Uint8Array> => {
  checkCompactJwe(jwe)
  const key = await usable(receiving, keyAlgorithmFor(receiving))
  return (await compactDecrypt(jwe, key, options)).plaintext
}

const openFlattened = async (jwe: JsonObject, { receiving }: Identity): Promise<Uint8Array> => {
  checkFlattenedJwe(jwe)
  const key = await usable(receiving, keyAlgorithmFor(receiving))
  return (await flattenedDecrypt(jwe as unknown as FlattenedJWE, key, options)).plaintext
}

/** The parts of a general JWE that could be for us, each a flattened JWE: by name, or all where none is named. */
const partsOf = ({ recipients, ...shared }: JsonObject, name: string): readonly JsonObject[] => {
  if (!Array.isArray(recipients)) return fail('ENVELOPE_INVALID')
  const parts = recipients.map((one) =>
    isJsonObject(one) ? { ...shared, ...one } : fail('ENVELOPE_INVALID'),
  )
  const named = parts.filter((part: JsonObject) => {
    const { header } = part
    return isJsonObject(header) && header['kid'] === name
  })
  return named.length > 0 ? named : parts
}

const openObject = async (value: JsonObject, identity: Identity, name: string): Promise<Uint8Array> => {
  if (Object.hasOwn(value, 'encrypted_data')) return openFields(value, identity)
  if (!Object.hasOwn(value, 'recipients')) return openFlattened(value, identity)
  let failure: unknown
  for (const part of partsOf(value, name))
    try {
      return await openFlattened(part, identity)
    } catch (error) {
      failure = error
    }
  throw failure
}

/**
 * Opens an envelope of any form.
 *
 * @param name of the account, by which its part of a general JWE is found
 * @throws LaneError `ENVELOPE_INVALID`, `NOT_FOR_US`
 */
export const unseal = async (envelope: unknown, identity: Identity, name: string): Promise<Uint8Array> => {
  try {
    if (isJsonObject(envelope)) return await openObject(envelope, identity, name)
    if (typeof envelope !== 'string') return fail('ENVELOPE_INVALID')
    if (!envelope.startsWith('{')) return await openCompact(envelope, identity)
    const value = parseStrict(envelope)
    return isJsonObject(value) ? await openObject(value, identity, name) : fail('ENVELOPE_INVALID')
  } catch (error) {
    // Whatever a library says of what it could not open stays here: it may quote it.
    throw error instanceof LaneError ? error : new LaneError('NOT_FOR_US')
  }
}
