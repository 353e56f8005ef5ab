import { posix } from 'node:path'
import { type Expression, parseSync, Visitor } from 'oxc-parser'
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

type Found = Pick<Import, 'specifier' | 'isTypeOnly'>

const valueOf = (node: Expression): string | undefined =>
  node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined

const fileOf = (from: string, specifier: string): string | undefined =>
  specifier.startsWith('.') ? posix.normalize(posix.join(posix.dirname(from), specifier)) : undefined

/** Everything that a file imports, by whatever kind of import. */
export const importsOf = ({ path, text }: Source): readonly Import[] => {
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`)
  const found: Found[] = []
  const add = (specifier: string | undefined, kind: 'value' | 'type' = 'value'): void => {
    if (specifier !== undefined)
      found.push({ specifier: specifier.replace(/\?.*$/, ''), isTypeOnly: kind === 'type' })
  }
  new Visitor({
    ImportDeclaration: ({ source, importKind }) => add(source.value, importKind),
    ExportAllDeclaration: ({ source, exportKind }) => add(source.value, exportKind),
    ExportNamedDeclaration: ({ source, exportKind }) => add(source?.value, exportKind),
    ImportExpression: ({ source }) => add(valueOf(source)),
    TSImportType: ({ source }) => add(source.value, 'type'),
    CallExpression: ({ callee, arguments: [first] }) => {
      if (callee.type === 'Identifier' && callee.name === 'require' && first?.type === 'Literal')
        add(valueOf(first))
    },
  }).visit(program)
  return found.map((one) => ({ from: path, file: fileOf(path, one.specifier), ...one }))
}

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
