import { existsSync, readFileSync } from 'node:fs'

/** The vectors of mlswg/mls-implementations lie beside the clone: `../shared` from the root of the repository. */
const folder = new URL('../../../../../shared/vectors/mls/', import.meta.url)

/** The cases of one file, or undefined where the files are absent. */
export const loadVectors = (file: string): readonly unknown[] | undefined => {
  const at = new URL(file, folder)
  return existsSync(at) ? (JSON.parse(readFileSync(at, 'utf8')) as readonly unknown[]) : undefined
}
