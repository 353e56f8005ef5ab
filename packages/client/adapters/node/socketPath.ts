import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SottoError } from '@sotto/protocol'

/** What every Unix takes as the path of a socket; macOS has the smallest limit. */
const pathBytesMax = 103

/** A directory of the user alone, for sockets of profiles with long names. */
const privateDirectory = (): string => {
  const directory = join(tmpdir(), `sotto-${process.getuid?.() ?? 'user'}`)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const found = lstatSync(directory)
  if (!found.isDirectory() || found.uid !== process.getuid?.())
    throw new SottoError('storage_damaged', `${directory} belongs to somebody else`)
  chmodSync(directory, 0o700)
  return directory
}

/** Where the processes of one profile meet. Only the user can reach it: the directory around it is the user's alone. */
export const socketPathOf = (profile: string): string => {
  const name = createHash('sha256').update(realpathSync(profile)).digest('hex').slice(0, 32)
  if (process.platform === 'win32') return `\\\\.\\pipe\\sotto-${name}`
  const inside = join(profile, 'socket')
  return Buffer.byteLength(inside) <= pathBytesMax ? inside : join(privateDirectory(), name)
}
