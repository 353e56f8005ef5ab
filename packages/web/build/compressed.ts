import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** What is compressed already stays as it is. */
const isText = (name: string): boolean => /\.(?:js|css|html|svg|webmanifest)$/.test(name)

const ways: readonly (readonly [suffix: string, compress: (bytes: Buffer) => Buffer])[] = [
  [
    '.br',
    (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  ],
  ['.gz', (bytes) => gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION })],
]

/** The same in fewer bytes, by the suffix of its name; nothing where it would not be fewer. */
export const compressedForms = (bytes: Buffer): ReadonlyMap<string, Buffer> =>
  new Map(
    ways
      .map(([suffix, compress]) => [suffix, compress(bytes)] as const)
      .filter(([, smaller]) => smaller.length < bytes.length),
  )

/** Puts compressed forms beside what has been written: at the end, and once for all who ask. */
export const compressed = (): Plugin => ({
  name: 'sotto-compressed',
  apply: 'build',
  closeBundle: {
    order: 'post',
    sequential: true,
    handler() {
      const folder = this.environment.config.build.outDir
      const root = resolve(this.environment.config.root, folder)
      for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !isText(entry.name)) continue
        const path = join(entry.parentPath, entry.name)
        for (const [suffix, smaller] of compressedForms(readFileSync(path)))
          writeFileSync(path + suffix, smaller)
      }
    },
  },
})
