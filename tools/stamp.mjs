import { createHash } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

export const hashOf = (path) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** @returns what the stamp says, or undefined where there is none that can be read */
export const readStamp = (path) => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Removed before the work that it vouches for begins: whatever ends that work leaves no stamp. */
export const removeStamp = (path) => rmSync(path, { force: true })

/** Written after the work is done, whole or not at all. */
export const writeStamp = (path, text) => {
  mkdirSync(dirname(path), { recursive: true })
  const fresh = `${path}.${process.pid}`
  const file = openSync(fresh, 'w')
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(fresh, path)
}
