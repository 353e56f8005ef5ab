import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { captureChild, root } from './child.mjs'
import { Refusal, timed } from './say.mjs'

const web = join(root, 'packages/web')
const built = join(web, 'dist/index.html')
const stampFile = join(root, 'build/web-sources')

/** What the web client is made of; tests are not. */
const sources = ['packages/web', 'packages/client', 'packages/trust', 'packages/mls', 'packages/protocol']
const aside = new Set(['node_modules', 'dist', 'build', 'test', 'test-results'])

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

const stampOf = () =>
  existsSync(built) && existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined

/** Builds the web client into packages/web/dist, unless it is built from these very sources already. */
export const buildWeb = async () => {
  const hash = hashOfSources()
  if (stampOf() === hash) return
  const { code, output } = await timed('Building the web client', () =>
    captureChild(
      process.execPath,
      [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'],
      {
        cwd: web,
      },
    ),
  )
  if (code !== 0) throw new Refusal(`${output.trim()}\nThe web client could not be built.`)
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, hash)
}
