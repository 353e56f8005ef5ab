import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SottoError } from '@sotto/protocol'
import { readFileIfThere, replacePrivateFile } from './durableFile.ts'

/** A directory that holds one account's device: its keys, its sealed store, and the address of its server. */
export interface Profile {
  readonly directory: string
  readonly store: string
  readonly keys: string
  readonly server: string
}

/**
 * @param directory made, for this user alone, where it is not there
 * @throws SottoError `storage_damaged` when something else lies there
 */
export const profileAt = (directory: string): Profile => {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    if ((statSync(directory).mode & 0o077) !== 0) chmodSync(directory, 0o700)
  } catch {
    throw new SottoError('storage_damaged', `the profile ${directory} cannot be opened`)
  }
  return {
    directory,
    store: join(directory, 'store'),
    keys: join(directory, 'keys'),
    server: join(directory, 'server'),
  }
}

/** The address of the server that the profile belongs to; undefined before the first registration. */
export const readServerAddress = (profile: Profile): string | undefined => {
  const bytes = readFileIfThere(profile.server)
  return bytes && new TextDecoder().decode(bytes).trim()
}

export const writeServerAddress = (profile: Profile, server: string): void =>
  replacePrivateFile(profile.server, new TextEncoder().encode(`${server}\n`))
