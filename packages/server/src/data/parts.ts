import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { secretFiles } from '../secrets.ts'

/** The database in the directory of the data. */
export const databasePath = (directory: string): string => join(directory, 'sotto.db')

/** What the file of the database is, as far as its header tells. */
export type DatabaseFile =
  | { readonly kind: 'missing' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'foreign' }
  /** The file ends before the last of its pages. */
  | { readonly kind: 'cut'; readonly bytes: number; readonly wantedBytes: number }
  | { readonly kind: 'database' }

/** What lies in a directory of data, looked at without opening the database. */
export interface Parts {
  readonly database: DatabaseFile
  /** Salts of the write-ahead log; null where there is none, or an empty one. */
  readonly wal: Uint8Array | null
  /** Names of what SQLite keeps beside a database. */
  readonly besides: readonly string[]
  /** Folders below it that hold the data of a server, where it has none itself: a copy that was put too deep. */
  readonly inside: readonly string[]
  readonly secretsThere: readonly string[]
  readonly secretsMissing: readonly string[]
}

const headerBytes = 100
const magic = Buffer.from('SQLite format 3\0', 'latin1')

const beginning = (path: string, bytes: number): Buffer | undefined => {
  if (!existsSync(path)) return undefined
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(bytes)
    return buffer.subarray(0, readSync(file, buffer, 0, bytes, 0))
  } finally {
    closeSync(file)
  }
}

/** SQLite's file format §1.3: a size in the header holds if whoever changed the file last has written it. */
const wantedBytesOf = (header: Buffer): number => {
  const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16)
  const isValid = header.readUInt32BE(24) === header.readUInt32BE(92)
  return isValid ? header.readUInt32BE(28) * pageBytes : 0
}

/** @param hasLog what the file lacks may lie in its log */
const databaseFile = (path: string, hasLog: boolean): DatabaseFile => {
  const header = beginning(path, headerBytes)
  if (!header) return { kind: 'missing' }
  if (header.length === 0) return { kind: 'empty' }
  if (header.length < headerBytes || !header.subarray(0, magic.length).equals(magic))
    return { kind: 'foreign' }
  const { size: bytes } = statSync(path)
  const wantedBytes = wantedBytesOf(header)
  return !hasLog && bytes < wantedBytes ? { kind: 'cut', bytes, wantedBytes } : { kind: 'database' }
}

const walHeaderBytes = 32

/** SQLite's file format §4.1: two salts, the first of which grows by one each time that the log begins anew. */
export const walSalts = (database: string): Uint8Array | null => {
  const header = beginning(`${database}-wal`, walHeaderBytes)
  return header && header.length === walHeaderBytes ? new Uint8Array(header.subarray(16, 24)) : null
}

/** So many folders are looked into: archives have the path of what was packed, and a disk may have anything. */
const foldersMax = 1000

const foldersIn = (directory: string): readonly string[] =>
  readdirSync(directory, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []))

const foldersIfReadable = (directory: string): readonly string[] => {
  try {
    return foldersIn(directory)
  } catch {
    return []
  }
}

/** Paths, from the directory on, of those folders below it that have a database; the nearest first. */
const dataBelow = (directory: string): readonly string[] => {
  const folders = [...foldersIn(directory)]
  for (let at = 0; at < folders.length && folders.length < foldersMax; at++) {
    const folder = folders[at] as string
    folders.push(...foldersIfReadable(join(directory, folder)).map((name) => join(folder, name)))
  }
  return folders.slice(0, foldersMax).filter((folder) => existsSync(databasePath(join(directory, folder))))
}

/**
 * Reads files of the database: whoever has it open in the same process would lose its locks by that (POSIX), so it comes
 * before the opening.
 *
 * @throws Error of the file system
 */
export const lookAtParts = (directory: string): Parts => {
  const database = databasePath(directory)
  const isThere = (name: string): boolean => existsSync(join(directory, 'secrets', name))
  const wal = walSalts(database)
  return {
    database: databaseFile(database, wal !== null),
    wal,
    besides: ['sotto.db-wal', 'sotto.db-shm', 'sotto.db-journal'].filter((name) =>
      existsSync(join(directory, name)),
    ),
    inside: existsSync(database) ? [] : dataBelow(directory),
    secretsThere: secretFiles.filter(isThere),
    secretsMissing: secretFiles.filter((name) => !isThere(name)),
  }
}

/** By which the secrets are known again; it tells nothing of them, for each has 256 random bits. */
export const secretsPrint = (secrets: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256').update('sotto/1 secrets')
  for (const secret of secrets) hash.update(createHash('sha256').update(secret).digest())
  return new Uint8Array(hash.digest())
}
