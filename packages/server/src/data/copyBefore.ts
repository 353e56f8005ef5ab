import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'

/** The folder of a data directory that holds a whole copy of the data, as they were before their last update. */
export const copyFolder = 'before-update'

const directoryMode = 0o700
const fileMode = 0o600

/** Bytes that stay free for everything else on the disk. */
const reserveBytes = 64 * 1024 * 1024

/** Whether a copy of the data fits beside them, with as much again for what the update itself writes. */
export type CopyPlan =
  | { readonly kind: 'copied'; readonly bytes: number }
  | { readonly kind: 'no_room'; readonly neededBytes: number; readonly freeBytes: number }

/** Everything that belongs together, by paths from the directory on. */
const partsIn = (directory: string): readonly string[] => [
  ...['sotto.db', 'sotto.db-wal', 'marker'].filter((name) => existsSync(join(directory, name))),
  ...readdirSync(join(directory, 'secrets')).map((name) => join('secrets', name)),
]

const freeBytesIn = (directory: string): number => {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize
}

/** @throws Error of the file system */
export const planCopy = (directory: string, freeBytes = freeBytesIn(directory)): CopyPlan => {
  const bytes = partsIn(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)
  const neededBytes = 2 * bytes + reserveBytes
  return freeBytes < neededBytes ? { kind: 'no_room', neededBytes, freeBytes } : { kind: 'copied', bytes }
}

const sync = (path: string, flags: string): void => {
  const file = openSync(path, flags)
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Windows opens no directories. */
const syncDirectory = (path: string): void => {
  if (process.platform !== 'win32') sync(path, 'r')
}

/**
 * Copies the data while nobody has the database open, in the place of the copy before the last update: whole or not at all.
 *
 * @throws Error of the file system
 */
export const copyBefore = async (directory: string): Promise<void> => {
  const copy = join(directory, copyFolder)
  const begun = `${copy}.new`
  rmSync(begun, { recursive: true, force: true })
  mkdirSync(join(begun, 'secrets'), { recursive: true, mode: directoryMode })
  for (const name of partsIn(directory)) {
    // Where the file system can, the copy shares its blocks with what it was made of.
    copyFileSync(join(directory, name), join(begun, name), constants.COPYFILE_FICLONE)
    await chmod(join(begun, name), fileMode)
    sync(join(begun, name), 'r+')
  }
  for (const path of [join(begun, 'secrets'), begun]) syncDirectory(path)
  rmSync(copy, { recursive: true, force: true })
  renameSync(begun, copy)
  syncDirectory(directory)
}
