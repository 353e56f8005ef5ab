import {
  attempted,
  blob,
  bytes,
  encodeAs,
  H,
  isJsonObject,
  labelledHash,
  limits,
  nullable,
  parseStrictJson,
  type Shape,
  shownTitle,
  struct,
  text,
  titleOf,
  utf8Text,
} from '@sotto/protocol'
import { type PublicKey, publicKeyIn } from './publicKey.ts'

/**
 * What members know of a hook for as long as it lasts. Its id is a hash of all of it and stands in the room's policy:
 * so members agree on the name and the keys, the server learns neither the name nor a way to change them.
 */
export interface Card {
  readonly name: string
  readonly salt: Uint8Array
  /** The public key by which the script signs, as its RFC 7638 text. */
  readonly script: Uint8Array
  /** The public key to which the room's messages are sealed for the script; null where it only posts. */
  readonly reader: Uint8Array | null
}

const keyBytesMax = 1024
const hookIdBytes = 16

export const card: Shape<Card> = struct({
  name: text(limits.hookNameCharactersMax * 2),
  salt: bytes(16),
  script: blob(keyBytesMax, 1),
  reader: nullable(blob(keyBytesMax, 1)),
})

/** @param anchor thumbprint of the hook's anchor */
export const hookIdOf = (room: Uint8Array, anchor: Uint8Array, known: Card): Uint8Array =>
  labelledHash('hook', [room, anchor, encodeAs(card, known)]).slice(0, hookIdBytes)

/** The thumbprint of a key that stands as its RFC 7638 text. */
export const thumbprintOf = (key: Uint8Array): Uint8Array => H(key)

/** A key of a card; undefined unless it stands there in its one spelling. */
export const keyOfCard = (key: Uint8Array): PublicKey | undefined => {
  const value = attempted(() => parseStrictJson(utf8Text(key)))
  const found = isJsonObject(value) ? publicKeyIn(value) : undefined
  return found && String.fromCharCode(...key) === found.text ? found : undefined
}

/** The name of a hook as it is shown: of one from before that nobody would see, its sign alone. */
export const shownHookName = ({ name }: Pick<Card, 'name'>): string =>
  shownTitle(name, limits.hookNameCharactersMax) || '?'

/**
 * A name that a card may have: one that a new hook may have (`titleFor`), or what versions before gave away: no control or
 * format characters, and at least one other.
 */
export const isHookName = (name: string): boolean => {
  const read = titleOf(name, limits.hookNameCharactersMax)
  if (read.kind === 'title') return read.title === name
  const characters = [...name]
  return (
    name.isWellFormed() &&
    name === name.trim().normalize('NFC') &&
    characters.length > 0 &&
    characters.length <= limits.hookNameCharactersMax &&
    !/[\p{C}\p{Zl}\p{Zp}]/u.test(name)
  )
}
