import { randomBytes } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import {
  blob,
  bytes,
  decodeAs,
  encodeAs,
  equalBytes,
  literal,
  opaqueString,
  passwordProblem,
  passwordProblems,
  SottoError,
  struct,
  text,
  toHex,
  uint,
} from '@sotto/protocol'
import { createPrivateFile, readFileIfThere, removeFile, replacePrivateFile } from '../durableFile.ts'
import type { Keystore } from './keystore.ts'
import type { KeyPlace, Means } from './means.ts'
import { costMax, costNow, keyOfPassphrase, unwrap, wrap, wrappingKeyBytes } from './wrapping.ts'

/**
 * A few keys in a file: as they are (version 1), wrapped under a key in the keystore of the system (2), or under what a
 * passphrase gives (3). What the keys are is theirs who keeps them; what is not of version 2 or 3 is they themselves.
 */
const secretBytesMax = 512
const saltBytes = 16
const wrappedInKeystore = struct({ version: literal(2), id: bytes(saltBytes), wrapped: blob(secretBytesMax) })
const wrappedUnderPassphrase = struct({
  version: literal(3),
  salt: bytes(saltBytes),
  cost: uint(costMax),
  wrapped: blob(secretBytesMax),
})

type SecretFile =
  | { readonly kind: 'file'; readonly secret: Uint8Array }
  | { readonly kind: 'keystore'; readonly id: Uint8Array; readonly wrapped: Uint8Array }
  | {
      readonly kind: 'passphrase'
      readonly salt: Uint8Array
      readonly cost: number
      readonly wrapped: Uint8Array
    }

/** The label that is bound to what was wrapped. */
const labels = { keystore: 'sotto keys 2', passphrase: 'sotto keys 3' } as const

const tryAs = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

const parse = (file: Uint8Array): SecretFile => {
  const inKeystore = tryAs(() => decodeAs(wrappedInKeystore, file))
  if (inKeystore) return { kind: 'keystore', ...inKeystore }
  const underPassphrase = tryAs(() => decodeAs(wrappedUnderPassphrase, file))
  return underPassphrase ? { kind: 'passphrase', ...underPassphrase } : { kind: 'file', secret: file }
}

/** What the keystore has: the wrapping key, and the directory that it is for. */
const keystoreEntry = struct({ version: literal(1), key: bytes(wrappingKeyBytes), directory: text(8192) })

const entryText = (key: Uint8Array, directory: string): string =>
  Buffer.from(encodeAs(keystoreEntry, { version: 1, key, directory })).toString('base64url')

const entryOf = (from: string) =>
  tryAs(() => decodeAs(keystoreEntry, new Uint8Array(Buffer.from(from, 'base64url'))))

const locked = (why: string): never => {
  throw new SottoError('keys_locked', why)
}

const directoryOf = (path: string): string => realpathSync(dirname(path))

/** The directory of which this one is a copy. Where a profile was moved there is nothing left in the old place. */
const originalOf = (path: string, id: Uint8Array, directory: string): string | undefined => {
  if (directory === directoryOf(path)) return undefined
  const there = tryAs(() => readFileIfThere(join(directory, basename(path))))
  const file = there && parse(there)
  return file?.kind === 'keystore' && equalBytes(file.id, id) ? directory : undefined
}

const openInKeystore = async (
  path: string,
  { id, wrapped }: Extract<SecretFile, { kind: 'keystore' }>,
  means: Means,
): Promise<Uint8Array> => {
  const keystore = await means.keystore()
  const found = await keystore.read(toHex(id))
  if (found === undefined)
    return locked(
      `their key lies in the keystore of the machine and user that made them, and ${keystore.name} does not have it. ` +
        'A copy of the files alone does not open: use the profile where it was made, or move its keys there under a passphrase (sotto keys move passphrase) and copy it then',
    )
  const entry = entryOf(found)
  const secret = entry && unwrap(entry.key, labels.keystore, wrapped)
  if (!entry || !secret)
    throw new SottoError(
      'storage_damaged',
      `what ${keystore.name} has does not open the keys of this profile`,
    )
  const original = originalOf(path, id, entry.directory)
  if (original !== undefined)
    return locked(
      `this is a copy of ${original}, which is in use there: two copies would use the same keys twice, and undo each other's. ` +
        'Use that one; where this one is to take its place, move that one away first',
    )
  const here = directoryOf(path)
  if (here !== entry.directory) await keystore.write(toHex(id), entryText(entry.key, here))
  return secret
}

const openUnderPassphrase = async (
  file: Extract<SecretFile, { kind: 'passphrase' }>,
  { passphrases, derived }: Means,
): Promise<Uint8Array> => {
  const name = toHex(file.salt)
  const before = derived.get(name)
  const known = before && unwrap(before, labels.passphrase, file.wrapped)
  if (known) return known
  for (let tries = 0; ; tries++) {
    const passphrase = await passphrases.known(tries)
    if (passphrase === undefined) throw new SottoError('passphrase_wrong')
    const key = await keyOfPassphrase(passphrase, file.salt, file.cost)
    const secret = unwrap(key, labels.passphrase, file.wrapped)
    if (!secret) continue
    derived.set(name, key)
    return secret
  }
}

/** Where the keys of a file lie; undefined where it is not there. */
export const placeOfSecret = (path: string): KeyPlace | undefined => {
  const file = readFileIfThere(path)
  return file && parse(file).kind
}

/**
 * @returns undefined where there is no such file
 * @throws SottoError `keys_locked`, `passphrase_wrong`, `storage_damaged`
 */
export const readSecret = async (path: string, means: Means): Promise<Uint8Array | undefined> => {
  const file = readFileIfThere(path)
  if (!file) return undefined
  const parsed = parse(file)
  switch (parsed.kind) {
    case 'file':
      return parsed.secret
    case 'keystore':
      return openInKeystore(path, parsed, means)
    case 'passphrase':
      return openUnderPassphrase(parsed, means)
  }
}

/** Bytes of a file, and what is to be taken back where they are not written after all. */
interface Draft {
  readonly bytes: Uint8Array
  undo(): Promise<void>
}

const noUndo = async (): Promise<void> => {}

const forKeystore = async (path: string, secret: Uint8Array, keystore: Keystore): Promise<Draft> => {
  const id = randomBytes(saltBytes)
  const key = randomBytes(wrappingKeyBytes)
  const entry = entryText(key, directoryOf(path))
  await keystore.write(toHex(id), entry)
  // Some say yes and keep nothing: what cannot be read back is not relied on.
  if ((await keystore.read(toHex(id))) !== entry)
    return locked(`${keystore.name} does not keep what it is given`)
  const wrapped = wrap(key, labels.keystore, secret)
  return {
    bytes: encodeAs(wrappedInKeystore, { version: 2, id: new Uint8Array(id), wrapped }),
    undo: () => keystore.remove(toHex(id)).catch(() => {}),
  }
}

const underPassphrase = async (secret: Uint8Array, { passphrases, derived }: Means): Promise<Draft> => {
  const passphrase = await passphrases.chosen()
  const problem = passwordProblem(opaqueString(passphrase))
  if (problem) throw new SottoError('password_weak', passwordProblems[problem])
  const salt = new Uint8Array(randomBytes(saltBytes))
  const key = await keyOfPassphrase(passphrase, salt, costNow)
  derived.set(toHex(salt), key)
  const wrapped = wrap(key, labels.passphrase, secret)
  return {
    bytes: encodeAs(wrappedUnderPassphrase, { version: 3, salt, cost: costNow, wrapped }),
    undo: noUndo,
  }
}

const draftFor = async (path: string, secret: Uint8Array, place: KeyPlace, means: Means): Promise<Draft> => {
  switch (place) {
    case 'keystore':
      return forKeystore(path, secret, await means.keystore())
    case 'passphrase':
      return underPassphrase(secret, means)
    case 'file':
      return { bytes: secret, undo: noUndo }
  }
}

/** Where nobody has said a place: in the keystore where there is one, else in a file, and why. */
const firstPlace = async (
  path: string,
  secret: Uint8Array,
  means: Means,
): Promise<{ readonly place: KeyPlace; readonly draft: Draft; readonly why: string | undefined }> => {
  const { place } = means
  if (place !== undefined) return { place, draft: await draftFor(path, secret, place, means), why: undefined }
  try {
    const draft = await draftFor(path, secret, 'keystore', means)
    return { place: 'keystore', draft, why: undefined }
  } catch (error) {
    if (!(error instanceof SottoError && error.code === 'keys_locked')) throw error
    return { place: 'file', draft: await draftFor(path, secret, 'file', means), why: error.message }
  }
}

/**
 * Keeps new keys, unless there are some: of several writers the first wins.
 *
 * @returns whether these are kept now
 * @throws SottoError `keys_locked` where the place that was asked for is not to be had, `password_weak`
 */
export const makeSecret = async (path: string, secret: Uint8Array, means: Means): Promise<boolean> => {
  const { place, draft, why } = await firstPlace(path, secret, means)
  if (!createPrivateFile(path, draft.bytes)) {
    await draft.undo()
    return false
  }
  means.placed(place, why)
  return true
}

/** What the keystore holds for a file that is another one now, or gone. */
const forget = async (file: SecretFile, means: Means): Promise<void> => {
  if (file.kind !== 'keystore') return
  // What stays behind there opens nothing any more.
  await means
    .keystore()
    .then((keystore) => keystore.remove(toHex(file.id)))
    .catch(() => {})
}

/**
 * Keeps the keys of a file in another place. Cut off at any point, they lie where they were or where they are to be.
 *
 * @returns undefined where there is no such file
 * @throws SottoError `keys_locked`, `passphrase_wrong`, `password_weak`, `storage_damaged`; nothing has changed then
 */
export const moveSecret = async (path: string, to: KeyPlace, means: Means): Promise<KeyPlace | undefined> => {
  const before = readFileIfThere(path)
  const secret = await readSecret(path, means)
  if (!before || !secret) return undefined
  const draft = await draftFor(path, secret, to, means)
  try {
    replacePrivateFile(path, draft.bytes)
  } catch (error) {
    await draft.undo()
    throw error
  }
  secret.fill(0)
  await forget(parse(before), means)
  return to
}

/** The keys are gone, and whatever they have sealed. */
export const removeSecret = async (path: string, means: Means): Promise<void> => {
  const before = readFileIfThere(path)
  removeFile(path)
  if (before) await forget(parse(before), means)
}
