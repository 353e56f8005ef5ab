import type { Provider } from '@sotto/mls'
import {
  bytes,
  blob,
  type CborValue,
  decodeAs,
  decodeCanonical,
  encodeAs,
  encodeCanonical,
  equalBytes,
  limits,
  shownTitle,
  SottoError,
  struct,
  titleFor,
} from '@sotto/protocol'
import { metaHash } from '@sotto/trust'
import { kdf } from './kdf.ts'
import { open, seal } from '../seal/index.ts'

/**
 * What only members know of a room (CON-1). It travels sealed under a key of the epoch, and the policy holds
 * its salted hash: the server can neither read nor exchange it.
 */
export interface RoomMeta {
  readonly salt: Uint8Array
  /** Canonical CBOR of a map: `{name}`, also `open` and `barred` (`openness.ts`), more in later versions, kept as it came. */
  readonly bytes: Uint8Array
}

const sealedMeta = struct({ salt: bytes(16), bytes: blob(limits.metaBytesMax) })

/** The name of a new room, as it is stored. @throws SottoError `title_invalid {reason}` */
export const roomTitle = (name: string): string => titleFor(name, limits.roomNameCharactersMax)

/** @param isOpen whoever has an account on the server may come in (rule OPEN-6) */
export const makeMeta = (name: string, salt: Uint8Array, isOpen = false): RoomMeta => ({
  salt,
  bytes: encodeCanonical(isOpen ? { name, open: true } : { name }),
})

export const hashOfMeta = ({ salt, bytes: meta }: RoomMeta): Uint8Array => metaHash(salt, meta)

/** The name to show; empty where nothing of it would be seen, or a later version has put something else in its place. */
export const nameOf = ({ bytes: meta }: RoomMeta): string => {
  const map = decodeCanonical(meta)
  const { name } = (map ?? {}) as { readonly name?: CborValue }
  return typeof name === 'string' ? shownTitle(name, limits.roomNameCharactersMax) : ''
}

/** Opens the metadata that are sealed in one epoch, and nothing else. */
export const metaKeyOf = (provider: Provider, archiveKey: Uint8Array): Uint8Array =>
  kdf(provider, archiveKey, 'meta', null)

export const sealMeta = async (
  provider: Provider,
  archiveKey: Uint8Array,
  room: Uint8Array,
  epoch: number,
  meta: RoomMeta,
): Promise<Uint8Array> =>
  seal(provider, metaKeyOf(provider, archiveKey), 'meta', [room, epoch], encodeAs(sealedMeta, meta))

/**
 * @param expected the hash in the room's policy
 * @throws SottoError `integrity` when the metadata do not open, or are not those of the policy
 */
export const openMeta = async (
  provider: Provider,
  archiveKey: Uint8Array,
  room: Uint8Array,
  epoch: number,
  sealed: Uint8Array,
  expected: Uint8Array,
): Promise<RoomMeta> => openMetaWith(provider, metaKeyOf(provider, archiveKey), room, epoch, sealed, expected)

/** The same with the key to the metadata alone. */
export const openMetaWith = async (
  provider: Provider,
  key: Uint8Array,
  room: Uint8Array,
  epoch: number,
  sealed: Uint8Array,
  expected: Uint8Array,
): Promise<RoomMeta> => {
  const plain = await open(provider, key, 'meta', [room, epoch], sealed)
  const meta = decodeAs(sealedMeta, plain, 'meta')
  if (!equalBytes(hashOfMeta(meta), expected))
    throw new SottoError('integrity', 'not the metadata of the policy')
  return meta
}
