import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { Encoding } from './encoding.ts'
import { pageHeadersOf } from './headers.ts'

/** A file of the web client as the build has left it, and the same in fewer bytes. */
export interface WebFile {
  readonly type: string
  /** What comes with it beside what comes with every answer. */
  readonly headers: Readonly<Record<string, string>>
  readonly forms: ReadonlyMap<Encoding, WebForm>
}

export interface WebForm {
  readonly bytes: Buffer
  /** Of these very bytes: times and lengths of files stay the same where packages are built to be the same. */
  readonly etag: string
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
}

const compressed: readonly (readonly [Encoding, string, (bytes: Buffer) => Buffer])[] = [
  ['br', '.br', brotliDecompressSync],
  ['gzip', '.gz', gunzipSync],
]

const formOf = (bytes: Buffer): WebForm => ({
  bytes,
  etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`,
})

/** What a host has changed after the build is sent as it is now, not as its compressed form remembers it. */
const holds = (form: Buffer, original: Buffer, decompress: (bytes: Buffer) => Buffer): boolean => {
  try {
    return decompress(form).equals(original)
  } catch {
    return false
  }
}

const pathsUnder = (directory: string, prefix = ''): readonly string[] =>
  readdirSync(join(directory, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = `${prefix}/${entry.name}`
    if (entry.name.startsWith('.')) return []
    return entry.isDirectory() ? pathsUnder(directory, path) : [path]
  })

const fileAt = (directory: string, path: string, paths: ReadonlySet<string>): WebFile => {
  const original = readFileSync(join(directory, path))
  const forms = new Map<Encoding, WebForm>([['identity', formOf(original)]])
  for (const [encoding, suffix, decompress] of compressed) {
    if (!paths.has(path + suffix)) continue
    const bytes = readFileSync(join(directory, path + suffix))
    if (holds(bytes, original, decompress)) forms.set(encoding, formOf(bytes))
  }
  return {
    type: types[extname(path)] ?? 'application/octet-stream',
    headers: extname(path) === '.html' ? pageHeadersOf(original.toString('utf8')) : {},
    forms,
  }
}

/**
 * All files of the web client by their paths, read once: what a page names is there for as long as the server runs, also
 * while the next version is being put in its place.
 */
export const readWebFiles = (directory: string): ReadonlyMap<string, WebFile> => {
  const paths = new Set(pathsUnder(directory))
  const isForm = (path: string): boolean =>
    compressed.some(([, suffix]) => path.endsWith(suffix) && paths.has(path.slice(0, -suffix.length)))
  return new Map(
    [...paths].filter((path) => !isForm(path)).map((path) => [path, fileAt(directory, path, paths)]),
  )
}
