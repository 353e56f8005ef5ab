import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Golden } from './golden.ts'

/** The golden data of each release whose data are kept. */
export const goldenVersions = ['v1'] as const

const placeOf = (version: string): string => join(import.meta.dirname, version)

export const readGolden = (version: string): Golden =>
  JSON.parse(readFileSync(join(placeOf(version), 'golden.json'), 'utf8')) as Golden

/** Git keeps no modes: the copy is closed to other users again. */
const makePrivate = (path: string): void => {
  if (!statSync(path).isDirectory()) return chmodSync(path, 0o600)
  chmodSync(path, 0o700)
  for (const name of readdirSync(path)) makePrivate(join(path, name))
}

export interface GoldenCopy {
  /** The data directory of the server. */
  readonly data: string
  /** The profile of `alice`, `bob`, `robot` or `clock`. */
  profile(name: string): string
  remove(): void
}

/** A copy to be opened: the golden data themselves are never changed. */
export const copyGolden = (version: string): GoldenCopy => {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-golden-'))
  cpSync(placeOf(version), directory, { recursive: true })
  makePrivate(directory)
  return {
    data: join(directory, 'server'),
    profile: (name) => join(directory, 'profiles', name),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
