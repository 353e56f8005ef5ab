import { posix } from 'node:path'
import type { Source } from './sources.ts'

export interface Import {
  readonly from: string
  /** As it is written, but for what a bundler is asked for behind a question mark. */
  readonly specifier: string
  /** Path from the root for an import by a relative path; undefined for a package. */
  readonly file: string | undefined
  /** Gone when the program runs. */
  readonly isTypeOnly: boolean
}

// A statement begins a line, and has no string before its own: a text that looks like an import is none.
const statement = /^[ \t]*(?:import|export)\b(?<clause>[^'";]*?)\bfrom\s*['"](?<specifier>[^'"]+)['"]/gm
const bare = /^[ \t]*import\s*['"](?<specifier>[^'"]+)['"]/gm
const dynamic = /\b(?:import|require)\s*\(\s*['"](?<specifier>[^'"\n]+)['"]/g

const fileOf = (from: string, specifier: string): string | undefined =>
  specifier.startsWith('.') ? posix.normalize(posix.join(posix.dirname(from), specifier)) : undefined

/** Everything that a file imports, by whatever kind of import. */
export const importsOf = ({ path, text }: Source): readonly Import[] =>
  [statement, bare, dynamic].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(({ groups }): Import => {
      const specifier = (groups?.['specifier'] ?? '').replace(/\?.*$/, '')
      return {
        from: path,
        specifier,
        file: fileOf(path, specifier),
        isTypeOnly: /^\s*type\b/.test(groups?.['clause'] ?? ''),
      }
    }),
  )

/** A way from a file back to itself, if there is one; what is there for types only does not count. */
export const cycleIn = (sources: readonly Source[]): readonly string[] | undefined => {
  const edges = new Map(
    sources.map((source) => [
      source.path,
      importsOf(source).flatMap(({ file, isTypeOnly }) => (file && !isTypeOnly ? [file] : [])),
    ]),
  )
  const done = new Set<string>()
  const way: string[] = []
  const visit = (path: string): readonly string[] | undefined => {
    if (done.has(path)) return undefined
    const again = way.indexOf(path)
    if (again >= 0) return [...way.slice(again), path]
    way.push(path)
    for (const next of edges.get(path) ?? []) {
      const cycle = visit(next)
      if (cycle) return cycle
    }
    way.pop()
    done.add(path)
    return undefined
  }
  for (const path of edges.keys()) {
    const cycle = visit(path)
    if (cycle) return cycle
  }
  return undefined
}
