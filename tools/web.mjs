import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { captureChild, root } from './child.mjs'
import { Refusal, timed } from './say.mjs'
import { readStamp, removeStamp, writeStamp } from './stamp.mjs'
import { alone } from './turn.mjs'

const web = join(root, 'packages/web')
/** The Vite that the web client names, which need not be the one that vitest brings along. */
export const viteDirectory = () =>
  dirname(createRequire(join(web, 'package.json')).resolve('vite/package.json'))

const built = join(web, 'dist/index.html')
const stampFile = join(root, 'build/web-sources')

/** What the web client is made of; tests are not. */
const sources = ['packages/web', 'packages/client', 'packages/trust', 'packages/mls', 'packages/protocol']
const aside = new Set(['node_modules', 'dist', 'test', 'test-results'])

const filesUnder = (directory) =>
  readdirSync(directory, { withFileTypes: true })
    .filter((entry) => !aside.has(entry.name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name)
      return entry.isDirectory() ? filesUnder(path) : [path]
    })

const hashOfSources = () => {
  const hash = createHash('sha256')
  const files = sources.flatMap((source) => filesUnder(join(root, source)))
  for (const file of [...files, join(root, 'package-lock.json')]) {
    const bytes = readFileSync(file)
    hash.update(`${file.slice(root.length)} ${bytes.length}\n`).update(bytes)
  }
  return hash.digest('hex')
}

const isBuilt = (hash) => existsSync(built) && readStamp(stampFile) === hash

/** Builds the web client into packages/web/dist, unless it is built from these very sources already. */
export const buildWeb = async () => {
  const hash = hashOfSources()
  if (isBuilt(hash)) return
  await alone(async () => {
    if (isBuilt(hash)) return
    removeStamp(stampFile)
    const vite = join(viteDirectory(), 'bin/vite.js')
    const { code, output } = await timed('Building the web client', () =>
      captureChild(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
        cwd: web,
        diesWithParent: true,
      }),
    )
    if (code !== 0) throw new Refusal(`${output.trim()}\nThe web client could not be built.`)
    writeStamp(stampFile, hash)
  })
}
