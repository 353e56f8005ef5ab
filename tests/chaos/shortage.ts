import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A disk on which there is suddenly no room. */
export interface Shortage {
  readonly kind: ShortageKind
  /** Where the files must lie that will have no room; null where they may lie anywhere. */
  readonly directory: string | null
  /** From now on the process cannot write. */
  begin(pid: number): void
  /** There is room again. */
  end(pid: number): void
  release(): void
}

/** `disk` is a small disk of its own that is full (ENOSPC), `limit` the user's limit (EFBIG, like a quota). */
export type ShortageKind = 'disk' | 'limit'

/** The system's own words where it does not let us. */
type Obtained = Shortage | { readonly kind: 'impossible'; readonly why: string }

const run = (command: string, args: readonly string[]): string | null => {
  const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  return error ? error.message : status === 0 ? null : stderr.trim()
}

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOSPC'

/** Writes until not even one byte more fits. */
const fill = (file: string): void => {
  const handle = openSync(file, 'w')
  try {
    for (let bytes = 1024 * 1024; bytes >= 1;)
      try {
        writeSync(handle, Buffer.alloc(bytes))
      } catch (error) {
        if (!isFull(error)) throw error
        bytes = Math.floor(bytes / 16)
      }
  } finally {
    closeSync(handle)
  }
}

const smallDisk = (bytes: number): Obtained => {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-disk-'))
  const refusal = run('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'tmpfs', directory])
  if (refusal !== null) {
    rmSync(directory, { recursive: true })
    return { kind: 'impossible', why: 'mounting a small disk is not permitted here' }
  }
  const filler = join(directory, 'filler')
  const release = (): void => {
    process.off('exit', release)
    // Lazily: a process that is being killed may hold a file for a moment longer.
    run('umount', ['--lazy', directory])
    rmSync(directory, { recursive: true, force: true })
  }
  process.on('exit', release)
  return { kind: 'disk', directory, begin: () => fill(filler), end: () => rmSync(filler), release }
}

/** The soft limit may be lowered and raised again by anybody: no file grows beyond it, wherever it lies. */
const limitOf = (pid: number, bytes: string): void => {
  const refusal = run('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`])
  if (refusal !== null) throw new Error(`prlimit: ${refusal}`)
}

const fileLimit = (): Obtained => {
  if (run('prlimit', ['--version']) !== null)
    return { kind: 'impossible', why: 'prlimit of util-linux is not here' }
  return {
    kind: 'limit',
    directory: null,
    begin: (pid) => limitOf(pid, '0'),
    end: (pid) => limitOf(pid, 'unlimited'),
    release: () => {},
  }
}

/** @param bytes size of the disk, where it is one */
export const obtainShortage = (kind: ShortageKind, bytes: number): Obtained => {
  switch (kind) {
    case 'disk':
      return smallDisk(bytes)
    case 'limit':
      return fileLimit()
  }
}
