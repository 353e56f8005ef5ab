import { execFileSync, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const tools = fileURLToPath(new URL('../../tools', import.meta.url))
/** What the tools share with the program that they start. */
const hangup = 'packages/cli/bin/hangup.mjs'
const runtimeName = `node-${process.platform}-${process.arch}`
const runtimeBytes = 6_000_000
const files = 400

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly output: string
}

/** A folder with the launcher in it, a runtime and one package to install, all from files: no registry is asked. */
export interface Folder {
  readonly path: string
  readonly runtime: string
  readonly packaged: string
  start(options?: SpawnOptions): { readonly child: ChildProcess; readonly ended: Promise<Ended> }
  /** A fault in words, or undefined where all that must be installed is there, whole. */
  fault(): string | undefined
  /** As after a fresh clone. */
  clean(): void
  remove(): void
}

const npmProgram = (): string => {
  const roots = [dirname(process.execPath), ...(process.env['PATH'] ?? '').split(':')]
  const candidates = roots.flatMap((root) => [
    join(root, 'npm'),
    join(root, '../lib/node_modules/npm/bin/npm-cli.js'),
  ])
  const found = candidates.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
  if (!found) throw new Error('npm is not to be found')
  return found
}

const npm = (cwd: string, ...args: string[]): void => {
  execFileSync(process.execPath, [npmProgram(), ...args, '--offline'], { cwd, stdio: 'ignore' })
}

const json = (path: string, value: unknown): void => writeFileSync(path, JSON.stringify(value, null, 2))

const pack = (directory: string, into: string): void => {
  execFileSync('tar', ['-czf', into, '-C', dirname(directory), 'package'])
}

/** Runs the Node of this test; the padding makes it a file that takes a while to write. */
const runtimeProgram = (): string =>
  `#!/bin/sh\nexport SOTTO_TEST_INSIDE=1\nexec "${process.execPath}" "$@"\n${'#'.repeat(runtimeBytes)}\n`

const makeRuntime = (path: string): void => {
  const source = join(path, 'sources/runtime/package')
  mkdirSync(join(source, 'bin'), { recursive: true })
  json(join(source, 'package.json'), { name: runtimeName, version: '24.0.0', bin: { node: 'bin/node' } })
  writeFileSync(join(source, 'bin/node'), runtimeProgram())
  chmodSync(join(source, 'bin/node'), 0o755)
  pack(source, join(path, 'sources/runtime.tgz'))
  json(join(path, 'tools/runtime/package.json'), {
    name: 'runtime',
    optionalDependencies: { [runtimeName]: 'file:../../sources/runtime.tgz' },
  })
  rmSync(join(path, 'tools/runtime/package-lock.json'), { force: true })
  npm(join(path, 'tools/runtime'), 'install', '--package-lock-only')
}

const contentOf = (file: number): string =>
  `${createHash('sha256').update(String(file)).digest('hex')}\n`.repeat(40)

const makePackages = (path: string): void => {
  const source = join(path, 'sources/leaf/package')
  mkdirSync(source, { recursive: true })
  json(join(source, 'package.json'), { name: 'leaf', version: '1.0.0' })
  for (let file = 0; file < files; file++) writeFileSync(join(source, `${file}.txt`), contentOf(file))
  pack(source, join(path, 'sources/leaf.tgz'))
  json(join(path, 'package.json'), {
    name: 'folder',
    type: 'module',
    dependencies: { leaf: 'file:sources/leaf.tgz' },
  })
  npm(path, 'install', '--package-lock-only')
}

/** The Node of this test counts as too old outside of the runtime, and as new enough inside. */
const ageNode = (path: string): void => {
  const file = join(path, 'tools/runtime.mjs')
  const text = readFileSync(file, 'utf8')
  const aged = text.replace('[22, 18]', 'process.env.SOTTO_TEST_INSIDE ? [18, 0] : [999, 0]')
  if (aged === text) throw new Error('the oldest Node is written otherwise now')
  writeFileSync(file, aged)
}

const leafFault = (path: string): string | undefined => {
  const leaf = join(path, 'node_modules/leaf')
  const wrong = Array.from({ length: files }, (_, file) => file).find((file) => {
    try {
      return readFileSync(join(leaf, `${file}.txt`), 'utf8') !== contentOf(file)
    } catch {
      return true
    }
  })
  return wrong === undefined ? undefined : `file ${wrong} of the package is torn or missing`
}

export const makeFolder = (): Folder => {
  const path = mkdtempSync(join(tmpdir(), 'sotto-launcher-'))
  cpSync(tools, join(path, 'tools'), {
    recursive: true,
    filter: (source) => !source.includes('node_modules'),
  })
  cpSync(fileURLToPath(new URL(`../../${hangup}`, import.meta.url)), join(path, hangup), { recursive: true })
  writeFileSync(
    join(path, 'tools/tasks/start.mjs'),
    "export const run = () => (console.log('It works.'), 0)\n",
  )
  ageNode(path)
  makeRuntime(path)
  makePackages(path)
  const runtime = join(path, 'tools/runtime/node_modules', runtimeName, 'bin/node')
  return {
    path,
    runtime,
    packaged: join(path, 'node_modules/leaf'),
    start: (options = {}) => {
      const args = [join(path, 'tools/run.mjs'), 'start']
      const child = spawn(process.execPath, args, {
        cwd: path,
        ...options,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let output = ''
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (output += text))
      const ended = new Promise<Ended>((resolve) =>
        child.on('close', (code, signal) => resolve({ code, signal, output })),
      )
      return { child, ended }
    },
    fault: () => {
      const bytes = statSync(runtime, { throwIfNoEntry: false })?.size
      if (bytes !== Buffer.byteLength(runtimeProgram())) return `the runtime has ${bytes} bytes`
      return leafFault(path)
    },
    clean: () => {
      for (const place of ['tools/runtime/node_modules', 'node_modules', 'build'])
        rmSync(join(path, place), { recursive: true, force: true, maxRetries: 5 })
    },
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  }
}

export const countFiles = (directory: string): number => {
  try {
    return readdirSync(directory).length
  } catch {
    return 0
  }
}
