import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SottoError } from '@sotto/protocol'

/** Written and taken away again to see whether anything can be written. */
export const probeFile = '.sotto-probe'

const directoryMode = 0o700
const fileMode = 0o600
const others = 0o077
const hasModes = process.platform !== 'win32'

const refuse = (why: string): never => {
  throw new SottoError('unavailable', why)
}

/**
 * Makes what is missing of a path, and says which part of it is in the way. One by one: Node's own `recursive` never comes
 * back from a place where nothing can be made, as in /proc.
 */
const makeWay = (path: string): void => {
  if (existsSync(path)) {
    if (!statSync(path).isDirectory())
      refuse(
        `the data directory: ${path} is a file, not a directory; choose another with --data DIR (SOTTO_DATA)`,
      )
    return
  }
  if (dirname(path) !== path) makeWay(dirname(path))
  mkdirSync(path, { mode: directoryMode })
}

const refuseForeign = (path: string): void => {
  const { uid } = statSync(path)
  const own = process.getuid?.()
  if (own !== undefined && uid !== own)
    refuse(
      `the data directory ${path} belongs to another user (${uid}, and this is ${own}): start the server as that user, ` +
        'or make the directory and all in it its own (chown -R)',
    )
}

/** A server has its data there: it was made for them, and a copy of it may have been left open. */
const isOfServer = (path: string): boolean =>
  ['sotto.db', 'marker'].some((name) => existsSync(join(path, name)))

/** What was made by somebody else is not changed: it may serve others, too. */
const refuseOpen = (path: string): void => {
  const { mode } = statSync(path)
  if ((mode & others) === 0) return
  if (isOfServer(path)) return chmodSync(path, directoryMode)
  refuse(
    `the data directory ${path} is open to other users (mode ${(mode & 0o777).toString(8)}), and the server changes ` +
      `nothing that it did not make: chmod 700 ${path}, or name a directory that does not exist yet`,
  )
}

/** A probe that fails says what the first write of the database would not say in words. */
const refuseUnwritable = (path: string): void => {
  const probe = join(path, probeFile)
  writeFileSync(probe, '', { mode: fileMode })
  rmSync(probe)
}

/** Every file of the server beside its secrets. */
const isOurs = (name: string): boolean =>
  /^(?:sotto\.db|marker|lock|control|\.sotto-probe)(?:$|[.-])/.test(name)

/** A copy, or a version of before, has left them to be read by others. */
const closeFiles = (path: string): void => {
  for (const name of readdirSync(path)) {
    const file = join(path, name)
    if (isOurs(name) && statSync(file).isFile() && (statSync(file).mode & others) !== 0)
      chmodSync(file, fileMode)
  }
}

/**
 * Makes the directory of the data, which only the server's user can look into, or takes one that is there and private.
 *
 * @throws SottoError `unavailable` with what to do about one that is not
 * @throws Error of the file system
 */
export const openDataDirectory = (path: string): void => {
  makeWay(path)
  if (hasModes) {
    refuseForeign(path)
    refuseOpen(path)
  }
  refuseUnwritable(path)
  if (hasModes) closeFiles(path)
}
