import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

const integrityOf = (bytes: Uint8Array): string =>
  `sha384-${createHash('sha384').update(bytes).digest('base64')}`

const addressOf = (tag: string): string | undefined => /\s(?:src|href)="\/([^"]+)"/.exec(tag)?.[1]

/** Every script, style sheet and worker that a page names gets the hash of what was built. */
export const withIntegrity = (html: string, read: (path: string) => Uint8Array): string =>
  html.replace(/<(?:script|link rel="(?:stylesheet|modulepreload|sotto-worker)")(?=\s)[^>]*>/g, (tag) => {
    const address = addressOf(tag)
    if (address === undefined) throw new Error(`no address to take a hash of: ${tag}`)
    return tag.replace(/>$/, ` integrity="${integrityOf(read(address))}">`)
  })

/**
 * The hashes of all scripts, also of those that are imported later. The map has to stand before the first of them, and behind
 * the encoding of the page, which browsers look for in its first 1024 bytes.
 */
export const withImportMap = (html: string, hashes: Readonly<Record<string, string>>): string => {
  const encoding = '<meta charset="utf-8" />'
  if (!html.includes(encoding)) throw new Error('the page does not name its encoding')
  const map = `<script type="importmap">${JSON.stringify({ integrity: hashes })}</script>`
  return html.replace(encoding, `${encoding}\n    ${map}`)
}

/** Works on what has been written, because plugins may still change a chunk while the bundle is made. */
export const integrity = (): Plugin => ({
  name: 'sotto-integrity',
  apply: 'build',
  writeBundle: {
    order: 'post',
    sequential: true,
    handler(options, bundle) {
      const folder = options.dir
      if (folder === undefined) throw new Error('the build has no folder')
      const read = (path: string) => readFileSync(join(folder, path))
      const scripts = Object.values(bundle).filter(({ type }) => type === 'chunk')
      const hashes = Object.fromEntries(
        scripts.map(({ fileName }) => [`/${fileName}`, integrityOf(read(fileName))]),
      )
      for (const name of Object.keys(bundle).filter((file) => file.endsWith('.html'))) {
        const page = withIntegrity(readFileSync(join(folder, name), 'utf8'), read)
        writeFileSync(join(folder, name), withImportMap(page, hashes))
      }
    },
  },
})
