import { type ContentAlgorithm, type KeyEntry, limits, readEnvelope, readKeyEntry } from '@sotto/protocol'
import { fail, LaneError } from './failure.ts'
import type { Identity, PublicKeys } from './keys.ts'
import type { Cryptography, SealedToAll } from './ports/cryptography.ts'
import { formed, isJsonObject, type JsonObject } from './strict.ts'

/** What is larger would not be answered: the server closes the connection that it comes by. @throws LaneError `PAYLOAD_TOO_LARGE` */
export const bounded = (sealed: string): string =>
  sealed.length <= limits.openEnvelopeCharactersMax ? sealed : fail('PAYLOAD_TOO_LARGE')

/** Seals bytes to one public key: a compact JWE (RFC 7516). @throws LaneError `PAYLOAD_TOO_LARGE` */
export const sealTo = async (
  { seal }: Pick<Cryptography, 'seal'>,
  plaintext: Uint8Array,
  { receiving }: PublicKeys,
  enc: ContentAlgorithm = 'A256GCM',
): Promise<string> => bounded(await seal(plaintext, receiving, enc))

/** Seals the same bytes to each of several: a general JWE whose recipients have their names as `kid`. */
export const sealToAll = async (
  cryptography: Pick<Cryptography, 'sealToAll'>,
  plaintext: Uint8Array,
  recipients: ReadonlyMap<string, PublicKeys>,
  enc: ContentAlgorithm = 'A256GCM',
): Promise<SealedToAll> => {
  const keys = new Map([...recipients].map(([kid, { receiving }]) => [kid, receiving]))
  return cryptography.sealToAll(plaintext, keys, enc)
}

type Opening = Pick<Cryptography, 'open' | 'unwrap' | 'decrypt'>

const contentKeyBytes = 32
const noAad = new Uint8Array()

/** A content key under RSA-OAEP with SHA-256, without a JWE around it. */
const unwrapped = async (
  { unwrap }: Opening,
  wrapped: Uint8Array,
  { receiving }: Identity,
): Promise<Uint8Array> => {
  const raw = await unwrap(wrapped, receiving)
  return raw.length === contentKeyBytes ? raw : fail('ENVELOPE_INVALID')
}

/** The parts that could be for us: those that name us, or all where none does. */
const ownParts = (parts: readonly JsonObject[], name: string): readonly JsonObject[] => {
  const named = parts.filter(({ header }) => isJsonObject(header) && header['kid'] === name)
  return named.length > 0 ? named : parts
}

const openEntry = async (
  cryptography: Opening,
  entry: KeyEntry,
  identity: Identity,
  name: string,
): Promise<Uint8Array> => {
  const { open, decrypt } = cryptography
  switch (entry.kind) {
    case 'compact':
      return open(entry.jwe, identity.receiving)
    case 'parts': {
      let failure: unknown
      for (const part of ownParts(entry.parts, name))
        try {
          return await open(part, identity.receiving)
        } catch (error) {
          failure = error
        }
      throw failure
    }
    case 'fields':
      return decrypt(await unwrapped(cryptography, entry.key, identity), entry.iv, entry.sealed, noAad)
    case 'bare':
      return unwrapped(cryptography, entry.key, identity)
  }
}

const opening = async (
  cryptography: Opening,
  entry: KeyEntry,
  identity: Identity,
  name: string,
): Promise<Uint8Array> => {
  try {
    return await openEntry(cryptography, entry, identity, name)
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
export const unseal = async (
  cryptography: Opening,
  envelope: unknown,
  identity: Identity,
  name: string,
): Promise<Uint8Array> =>
  opening(
    cryptography,
    formed(() => readEnvelope(envelope)),
    identity,
    name,
  )

/** Opens an entry of `keys`, of any form. @throws LaneError `ENVELOPE_INVALID`, `NOT_FOR_US` */
export const unsealKey = async (
  cryptography: Opening,
  entry: unknown,
  identity: Identity,
  name: string,
): Promise<Uint8Array> =>
  opening(
    cryptography,
    formed(() => readKeyEntry(entry)),
    identity,
    name,
  )
