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
      for (const name of Object.keys(bundle).filter((file) => file.endsWith('.html')))
        writeFileSync(join(folder, name), withIntegrity(readFileSync(join(folder, name), 'utf8'), read))
    },
  },
})
