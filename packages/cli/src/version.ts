import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const packageFile = fileURLToPath(new URL('../package.json', import.meta.url))
const checkout = fileURLToPath(new URL('../../..', import.meta.url))

const textOf = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/** Where git keeps what belongs to a checkout: a folder or, of a worktree, the one that a file names. */
const gitDirectory = (root: string): string | null => {
  const path = join(root, '.git')
  if (!existsSync(path)) return null
  if (statSync(path).isDirectory()) return path
  const named = /^gitdir: (.+)$/m.exec(textOf(path) ?? '')?.[1]
  return named === undefined ? null : resolve(root, named)
}

const hash = /^[0-9a-f]{40,64}$/

/** The commit that a checkout is at, read without git; null where that is not known. */
export const commitOf = (root: string): string | null => {
  const own = gitDirectory(root)
  if (own === null) return null
  const head = textOf(join(own, 'HEAD'))?.trim() ?? ''
  if (hash.test(head)) return head
  const ref = /^ref: (refs\/\S+)$/.exec(head)?.[1]
  if (ref === undefined || ref.includes('..')) return null
  // Branches of a worktree are with those of the checkout that it belongs to.
  const common = resolve(own, textOf(join(own, 'commondir'))?.trim() || '.')
  const found =
    textOf(join(common, ref))?.trim() ??
    textOf(join(common, 'packed-refs'))
      ?.split('\n')
      .find((line) => line.endsWith(` ${ref}`))
      ?.split(' ')[0]
  return found !== undefined && hash.test(found) ? found : null
}

const commitCharacters = 12

export const versionText = (): string => {
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { readonly version: string }
  // Below `node_modules` another project's repository would be the one that is found.
  const commit = dirname(packageFile) === join(checkout, 'packages', 'cli') ? commitOf(checkout) : null
  return commit === null ? version : `${version} (${commit.slice(0, commitCharacters)})`
}
