import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** A file of the repository, by its path from the root. */
export interface Source {
  readonly path: string
  readonly text: string
}

/** What is in the repository or about to be: known to git or not ignored by it. */
export const filesOfRepository = (): readonly string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
    .split('\n')
    .filter((path) => path !== '' && existsSync(join(root, path)))

export const readSource = (path: string): Source => ({ path, text: readFileSync(join(root, path), 'utf8') })

const isCode = (path: string): boolean => /\.tsx?$/.test(path) && !path.endsWith('.d.ts')

/** All TypeScript of the packages that ships: no tests, no build scripts. */
export const shippedSources = (): readonly Source[] =>
  filesOfRepository()
    .filter((path) => isCode(path) && /^packages\/[^/]+\/(?:src|adapters|provider)\//.test(path))
    .map(readSource)
