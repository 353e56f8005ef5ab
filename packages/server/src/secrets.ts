import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { privateDirectory } from './privateDirectory.ts'

/**
 * What must not be in the database, so that who steals the one does not have the other: without them no password can
 * be guessed from its record, no acknowledgement forged, no sender tag turned back into a device.
 */
export interface Secrets {
  /** OPAQUE: OPRF seed and key of the key exchange (RFC 9807 §5), as the library writes them. */
  readonly opaqueSetup: string
  /** SLK: seed of the Ed25519 key that signs acknowledgements. */
  readonly logKeySeed: Uint8Array
  /** Key of the sender tags in the logs of rooms. */
  readonly senderTagKey: Uint8Array
  /** Key of the ids in the structured log. */
  readonly logIdKey: Uint8Array
}

const fileMode = 0o600

const readSecret = (path: string): Buffer | undefined => {
  try {
    // A backup or a copy may have widened what only the server's user may read.
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, fileMode)
    return readFileSync(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

const syncDirectory = (path: string): void => {
  const directory = openSync(path, 'r')
  fsyncSync(directory)
  closeSync(directory)
}

/** Whole or not at all, also when the machine dies in between. */
const writeSecret = (directory: string, name: string, value: Uint8Array): void => {
  const temporary = join(directory, `${name}.new`)
  const file = openSync(temporary, 'w', fileMode)
  writeSync(file, value)
  fsyncSync(file)
  closeSync(file)
  renameSync(temporary, join(directory, name))
  syncDirectory(directory)
}

export interface SecretsOptions {
  readonly directory: string
  /** Whether missing secrets may be made: only where there is no database yet that was written with others. */
  readonly mayCreate: boolean
  makeOpaqueSetup(): string
}

/**
 * Reads the secrets, or makes them at the first start.
 *
 * @throws Error when one is missing and others exist that depend on it
 */
export const loadSecrets = ({ directory, mayCreate, makeOpaqueSetup }: SecretsOptions): Secrets => {
  privateDirectory(directory)
  const load = (name: string, make: () => Uint8Array): Buffer => {
    const known = readSecret(join(directory, name))
    if (known) return known
    if (!mayCreate)
      throw new Error(`the secret ${name} is missing beside a database that was written with it; restore it`)
    writeSecret(directory, name, make())
    return readFileSync(join(directory, name))
  }
  return {
    opaqueSetup: load('opaque-setup', () => Buffer.from(makeOpaqueSetup(), 'ascii')).toString('ascii'),
    logKeySeed: load('log-key', () => randomBytes(32)),
    senderTagKey: load('sender-tag-key', () => randomBytes(32)),
    logIdKey: load('log-id-key', () => randomBytes(32)),
  }
}
