import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SottoError } from '@sotto/protocol'
import { writeDurably } from './data/durableFile.ts'
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

/** The files of the secrets, one each. */
export const secretFiles = ['opaque-setup', 'log-key', 'sender-tag-key', 'log-id-key'] as const
type SecretFile = (typeof secretFiles)[number]

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

export interface SecretsOptions {
  readonly directory: string
  /** Whether missing secrets may be made: only where there is no database yet that was written with others. */
  readonly mayCreate: boolean
  makeOpaqueSetup(): string
}

/** A directory of that name that somebody else has made is not closed, nor used. */
const refuseForeign = (directory: string): void => {
  const names = existsSync(directory) ? readdirSync(directory) : []
  if (names.length > 0 && !names.some((name) => secretFiles.some((file) => name.startsWith(file))))
    throw new SottoError(
      'unavailable',
      `${directory} holds something else than a server's secrets; choose another directory with --data DIR (SOTTO_DATA)`,
    )
}

/**
 * Reads the secrets, or makes them at the first start.
 *
 * @throws SottoError `unavailable` when one is missing and others exist that depend on it
 */
export const loadSecrets = async ({
  directory,
  mayCreate,
  makeOpaqueSetup,
}: SecretsOptions): Promise<Secrets> => {
  refuseForeign(directory)
  privateDirectory(directory)
  const load = async (name: SecretFile, make: () => Uint8Array): Promise<Buffer> => {
    const known = readSecret(join(directory, name))
    if (known) return known
    if (!mayCreate)
      throw new SottoError(
        'unavailable',
        `the secret ${name} is missing beside a database that was written with it; restore it`,
      )
    await writeDurably(directory, name, make())
    return readFileSync(join(directory, name))
  }
  return {
    opaqueSetup: (await load('opaque-setup', () => Buffer.from(makeOpaqueSetup(), 'ascii'))).toString(
      'ascii',
    ),
    logKeySeed: await load('log-key', () => randomBytes(32)),
    senderTagKey: await load('sender-tag-key', () => randomBytes(32)),
    logIdKey: await load('log-id-key', () => randomBytes(32)),
  }
}

/** The secrets that are there, in the order of their files. */
export const secretBytes = (directory: string): readonly Uint8Array[] =>
  secretFiles.flatMap((name) => readSecret(join(directory, name)) ?? [])
