import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { bytes, decodeAs, encodeAs, literal, SottoError, struct } from '@sotto/protocol'
import { laneKeysOf, meansIn } from './keysOfProfile.ts'
import type { KeyMeans } from './means.ts'
import { makeSecret, readSecret } from './secretFile.ts'
import { unwrap, wrap } from './wrapping.ts'

/** Seals what programs on the open lane remember. */
export interface LaneSealer {
  /**
   * What a row is found by. The first part of its key, which says the kind, is kept; each further one is a keyed hash:
   * names of people are among them. What begins alike up to a slash does so hashed, too.
   */
  idOf(key: string): string
  seal(id: string, plaintext: Uint8Array): Uint8Array
  /** @throws SottoError `storage_damaged` for what was sealed under another key or id, or was changed */
  open(id: string, sealed: Uint8Array): Uint8Array
}

const keyFile = struct({ version: literal(1), key: bytes(32) })
const idBytes = 16

const subkey = (key: Uint8Array, use: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), `sotto lane ${use}`, 32))

/** @param key 32 random bytes */
export const laneSealer = (key: Uint8Array): LaneSealer => {
  const [sealing, naming] = [subkey(key, 'rows'), subkey(key, 'ids')]
  const hashed = (path: string): string =>
    createHmac('sha256', naming).update(path).digest().subarray(0, idBytes).toString('base64url')
  return {
    idOf: (row) => {
      const [kind = '', ...parts] = row.split('/')
      const paths = parts.map((_, at) => [kind, ...parts.slice(0, at + 1)].join('/'))
      return [kind, ...paths.map(hashed)].join('/')
    },
    seal: (id, plaintext) => wrap(sealing, id, plaintext),
    open: (id, sealed) => {
      const opened = unwrap(sealing, id, sealed)
      if (!opened) throw new SottoError('storage_damaged')
      return opened
    },
  }
}

/** @throws SottoError `storage_damaged` */
const parse = (file: Uint8Array): Uint8Array => {
  try {
    return decodeAs(keyFile, file).key
  } catch {
    throw new SottoError('storage_damaged', 'the keys of the programs here cannot be read')
  }
}

/**
 * The sealer of a profile; its key is made where there is none.
 *
 * @throws SottoError `keys_locked`, `passphrase_wrong`, `storage_damaged`
 */
export const openLaneSealer = async (directory: string, how: KeyMeans = {}): Promise<LaneSealer> => {
  const path = laneKeysOf(directory)
  const means = meansIn(directory, how)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const found = await readSecret(path, means)
  if (found) return laneSealer(parse(found))
  // Of several programs the first makes it.
  await makeSecret(path, encodeAs(keyFile, { version: 1, key: new Uint8Array(randomBytes(32)) }), means)
  const made = await readSecret(path, means)
  if (!made) throw new SottoError('storage_damaged', 'the keys of the programs here cannot be written')
  return laneSealer(parse(made))
}
