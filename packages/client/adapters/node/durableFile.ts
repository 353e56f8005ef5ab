import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { randomBytes } from 'node:crypto'

export const isErrno = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '')

/** Makes what happened to the names in a directory survive a power cut; Windows does not let a directory be opened. */
const syncDirectory = (directory: string): void => {
  if (process.platform === 'win32') return
  const handle = openSync(directory, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

export const readFileIfThere = (path: string): Uint8Array | undefined => {
  try {
    return readFileSync(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

/**
 * Creates a file that only the user may read, whole or not at all; of several writers the first wins.
 *
 * @returns false when the file is there already
 */
export const createPrivateFile = (path: string, bytes: Uint8Array): boolean => {
  const draft = `${path}.${randomBytes(8).toString('hex')}`
  try {
    writeFileSync(draft, bytes, { mode: 0o600, flag: 'wx', flush: true })
    linkSync(draft, path)
    return true
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw error
  } finally {
    rmSync(draft, { force: true })
    syncDirectory(dirname(path))
  }
}

/** Puts a file that only the user may read in the place of the one before: whole or not at all. */
export const replacePrivateFile = (path: string, bytes: Uint8Array): void => {
  const draft = `${path}.${randomBytes(8).toString('hex')}`
  writeFileSync(draft, bytes, { mode: 0o600, flag: 'wx', flush: true })
  renameSync(draft, path)
  syncDirectory(dirname(path))
}

export const removeFile = (path: string): void => {
  rmSync(path, { force: true })
  syncDirectory(dirname(path))
}
