import { chmodSync, mkdirSync, statSync } from 'node:fs'

const directoryMode = 0o700
const others = 0o077

const isOpen = (path: string): boolean => (statSync(path).mode & others) !== 0

const close = (path: string): void => {
  try {
    chmodSync(path, directoryMode)
  } catch {
    // Somebody else's directory: said below.
  }
}

/**
 * Makes a directory that only the server's user can look into, or closes one that is there: a copy or another program
 * may have left it open.
 *
 * @throws Error naming the directory where that cannot be done
 */
export const privateDirectory = (path: string): void => {
  mkdirSync(path, { recursive: true, mode: directoryMode })
  // Windows has no such modes.
  if (process.platform === 'win32' || !isOpen(path)) return
  close(path)
  if (isOpen(path))
    throw new Error(
      `${path} is open to other users and cannot be closed; make it the server's own and chmod 700 it`,
    )
}
