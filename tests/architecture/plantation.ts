import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { root } from './sources.ts'

/** Files to be planted, by their path. */
export type Plants = Readonly<Record<string, string>>

const plant = (folder: string, plants: Plants): void => {
  for (const [path, text] of Object.entries(plants)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

const withFolder = <T>(parent: string, use: (folder: string) => T): T => {
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'planted-'))
  try {
    return use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const node = (cwd: string, script: string, args: readonly string[]): string => {
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [join(root, 'node_modules', script), ...args],
    {
      cwd,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  )
  if (error) throw error
  return stdout || stderr
}

/**
 * The codes of the compiler's complaints by file, for files under the settings of a project of ours. `parent` is a
 * folder of the repository: outside of it our packages would not be found at all, and what a package calls by `#` is
 * found only within it.
 */
export const compilerComplaints = (
  project: string,
  plants: Plants,
  parent = 'build',
): ReadonlyMap<string, readonly string[]> =>
  withFolder(join(root, parent), (folder) => {
    plant(folder, plants)
    const settings = {
      extends: relative(folder, join(root, project)),
      compilerOptions: {
        rootDir: relative(folder, root),
        noEmit: true,
        composite: false,
        declaration: false,
        emitDeclarationOnly: false,
      },
      include: Object.keys(plants),
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
    const output = node(folder, 'typescript/bin/tsc', ['-p', '.', '--pretty', 'false'])
    const complaints = new Map<string, string[]>()
    for (const [, path, code] of output.matchAll(/^(\S+)\(\d+,\d+\): error (TS\d+)/gm)) {
      const known = complaints.get(path as string) ?? []
      complaints.set(path as string, [...known, code as string])
    }
    return complaints
  })

interface Diagnostic {
  readonly code?: string
  readonly filename: string
}

/** The rules of the linter's complaints by file, for files at these paths of the repository. */
export const linterComplaints = (plants: Plants): ReadonlyMap<string, readonly string[]> =>
  // Outside of it, for what the repository ignores the linter would not look at.
  withFolder(tmpdir(), (folder) => {
    plant(folder, plants)
    const settings = readFileSync(join(root, '.oxlintrc.json'), 'utf8')
    writeFileSync(join(folder, '.oxlintrc.json'), settings.replace('"typeAware": true', '"typeAware": false'))
    const output = node(folder, 'oxlint/bin/oxlint', ['-f', 'json'])
    const { diagnostics } = JSON.parse(output.slice(output.indexOf('{'))) as {
      readonly diagnostics: readonly Diagnostic[]
    }
    const complaints = new Map<string, string[]>()
    for (const { filename, code = 'unknown' } of diagnostics)
      complaints.set(filename, [...(complaints.get(filename) ?? []), code])
    return complaints
  })
