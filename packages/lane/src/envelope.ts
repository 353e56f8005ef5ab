import {
  type ContentAlgorithm,
  contentAlgorithms,
  type KeyEntry,
  keyAlgorithms,
  limits,
  readEnvelope,
  readKeyEntry,
} from '@sotto/protocol'
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
import { formed, isJsonObject, type JsonObject } from './strict.ts'

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

const contentKeyBytes = 32

/** A content key under RSA-OAEP with SHA-256, without a JWE around it. */
const unwrapped = async (wrapped: Uint8Array<ArrayBuffer>, { receiving }: Identity): Promise<ArrayBuffer> => {
  const raw = await crypto.subtle.decrypt('RSA-OAEP', await usable(receiving, 'RSA-OAEP-256'), wrapped)
  return raw.byteLength === contentKeyBytes ? raw : fail('ENVELOPE_INVALID')
}

const openPart = async (jwe: JsonObject, { receiving }: Identity): Promise<Uint8Array> => {
  const key = await usable(receiving, keyAlgorithmFor(receiving))
  return (await flattenedDecrypt(jwe as unknown as FlattenedJWE, key, options)).plaintext
}

/** The parts that could be for us: those that name us, or all where none does. */
const ownParts = (parts: readonly JsonObject[], name: string): readonly JsonObject[] => {
  const named = parts.filter(({ header }) => isJsonObject(header) && header['kid'] === name)
  return named.length > 0 ? named : parts
}

const openEntry = async (entry: KeyEntry, identity: Identity, name: string): Promise<Uint8Array> => {
  switch (entry.kind) {
    case 'compact': {
      const key = await usable(identity.receiving, keyAlgorithmFor(identity.receiving))
      return (await compactDecrypt(entry.jwe, key, options)).plaintext
    }
    case 'parts': {
      let failure: unknown
      for (const part of ownParts(entry.parts, name))
        try {
          return await openPart(part, identity)
        } catch (error) {
          failure = error
        }
      throw failure
    }
    case 'fields': {
      const raw = await unwrapped(entry.key, identity)
      const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt'])
      return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: entry.iv }, key, entry.sealed))
    }
    case 'bare':
      return new Uint8Array(await unwrapped(entry.key, identity))
  }
}

const opening = async (entry: KeyEntry, identity: Identity, name: string): Promise<Uint8Array> => {
  try {
    return await openEntry(entry, identity, name)
  } catch (error) {
    // Whatever a library says of what it could not open stays here: it may quote it.
    throw error instanceof LaneError ? error : new LaneError('NOT_FOR_US')
  }
}

/**
 * Opens an envelope of any form.
 *
 * @param name of the account, by which its part of a general JWE is found
 * @throws LaneError `ENVELOPE_INVALID`, `NOT_FOR_US`
 */
export const unseal = async (envelope: unknown, identity: Identity, name: string): Promise<Uint8Array> =>
  opening(
    formed(() => readEnvelope(envelope)),
    identity,
    name,
  )

/** Opens an entry of `keys`, of any form. @throws LaneError `ENVELOPE_INVALID`, `NOT_FOR_US` */
export const unsealKey = async (entry: unknown, identity: Identity, name: string): Promise<Uint8Array> =>
  opening(
    formed(() => readKeyEntry(entry)),
    identity,
    name,
  )
