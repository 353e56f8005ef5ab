import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** What every system takes for the path of a socket (macOS: 104 bytes with the zero at its end). */
const socketPathBytesMax = 103
const fileMode = 0o600
const fits = (path: string): boolean => Buffer.byteLength(path) <= socketPathBytesMax

/** Beside the data: only the server's own user can look in there. */
const inside = (dataDirectory: string): string => join(dataDirectory, 'control.sock')
/** Names the socket where it cannot be beside the data. */
const pointer = (dataDirectory: string): string => join(dataDirectory, 'control')

export interface ControlPlace {
  readonly path: string
  /** Leaves nothing behind. */
  clear(): void
}

/** Where the socket cannot be beside the data, for its path would be too long, or it is a pipe: a place nobody can guess. */
const elsewhere = (): { readonly path: string; readonly directory: string | null } => {
  if (process.platform === 'win32')
    return { path: `\\\\.\\pipe\\sotto-${randomBytes(16).toString('hex')}`, directory: null }
  const runtime = [process.env['XDG_RUNTIME_DIR'] ?? '', tmpdir(), '/tmp'].find(
    (directory) => directory !== '' && fits(join(directory, 'sotto-XXXXXX', 'control.sock')),
  )
  // Made for this alone, with mode 700.
  const directory = mkdtempSync(join(runtime ?? tmpdir(), 'sotto-'))
  return { path: join(directory, 'control.sock'), directory }
}

/** Which directory a pointer was written in: a copy of the data has it, too, and is not what the server has. */
const markOf = (dataDirectory: string): string => {
  const { dev, ino } = statSync(dataDirectory)
  return `${dev} ${ino}`
}

/** Makes the place at which a server listens; what a server has left there that was killed goes. It has the data alone. */
export const makePlace = (dataDirectory: string): ControlPlace => {
  forget(dataDirectory)
  const own = inside(dataDirectory)
  if (process.platform !== 'win32' && fits(own))
    return { path: own, clear: () => rmSync(own, { force: true }) }
  const { path, directory } = elsewhere()
  writeFileSync(pointer(dataDirectory), `${markOf(dataDirectory)}\n${path}\n`, { mode: fileMode })
  return {
    path,
    clear: () => {
      rmSync(pointer(dataDirectory), { force: true })
      if (directory !== null) rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** What a server that was killed has left. Its directory is one that only this name is ever given to. */
const forget = (dataDirectory: string): void => {
  const named = namedPath(dataDirectory)
  if (named !== null && /[/]sotto-[A-Za-z0-9]{6}[/]control\.sock$/.test(named))
    rmSync(dirname(named), { recursive: true, force: true })
  rmSync(pointer(dataDirectory), { force: true })
  rmSync(inside(dataDirectory), { force: true })
}

const namedPath = (dataDirectory: string): string | null => {
  try {
    const [mark, path = ''] = readFileSync(pointer(dataDirectory), 'utf8').split('\n')
    return mark === markOf(dataDirectory) && path !== '' ? path : null
  } catch {
    return null
  }
}

/** Where a server listens that has this data, if one does. */
export const placeOf = (dataDirectory: string): string => namedPath(dataDirectory) ?? inside(dataDirectory)
