import { SottoError } from '@sotto/protocol'

/** By which another directory is named: as an option, or in the environment of `npm start`, which keeps options to itself. */
const setting = '--data DIR (SOTTO_DATA)'

/** What keeps a server from its directory of data, by the system's code, and what helps. */
const byCode: Readonly<Record<string, string>> = {
  EACCES: `this user may not read or write there; make it its own (chown), or choose another with ${setting}`,
  EPERM: `this user may not change it; make it its own (chown), or choose another with ${setting}`,
  ENOTDIR: `a part of that path is a file, not a directory; choose another with ${setting}`,
  EEXIST: `it is a file, not a directory; choose another with ${setting}`,
  ELOOP: `the path leads round in a circle of links; choose another with ${setting}`,
  ENAMETOOLONG: `the path is too long; choose a shorter one with ${setting}`,
  ENOENT: `there is no such place, and it cannot be made; choose another with ${setting}`,
  EROFS: `the file system is read-only; mount it for writing, or choose another place with ${setting}`,
  ENOSPC: 'the disk is full; make some room, then start again',
  EDQUOT: 'the share of the disk for this user is used up; make some room, then start again',
  EIO: 'the disk has failed to read or write; look at it (dmesg) before anything else',
  EBUSY: 'another program holds it; end that first',
  EMFILE: 'too many files are open; raise the limit (ulimit -n)',
  ENFILE: 'the machine has too many files open; raise the limit (fs.file-max)',
}

/** The same by the primary result code of SQLite. */
const bySqlite: Readonly<Record<number, string>> = {
  5: 'another program has the database sotto.db locked, as another server or sqlite3 does; end that first',
  6: 'another program has the database sotto.db locked, as another server or sqlite3 does; end that first',
  8: 'the database sotto.db cannot be written: its file or the file system is read-only',
  10: 'the disk has failed to read or write the database sotto.db; look at it (dmesg) before anything else',
  11: 'the database sotto.db is damaged; put back a whole copy of the data',
  13: 'the disk is full; make some room, then start again',
  14: 'the database sotto.db cannot be opened by this user; make its files the own ones (chown)',
  26: 'sotto.db is no database; put back a whole copy of the data',
}

const reasonOf = (error: Error): string | undefined => {
  if ('errcode' in error && typeof error.errcode === 'number') return bySqlite[error.errcode & 0xff]
  // A port that cannot be had has codes of the same names, and is no problem of the data.
  if ('code' in error && 'syscall' in error && error.syscall !== 'listen') return byCode[String(error.code)]
  return undefined
}

/** @returns the failure in words, where it is one of the directory; otherwise `error` itself */
export const dataProblem = (error: unknown, directory: string): unknown => {
  const reason = error instanceof Error ? reasonOf(error) : undefined
  return reason === undefined
    ? error
    : new SottoError('unavailable', `the data directory ${directory}: ${reason}`)
}
