import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { captureChild, root } from './child.mjs'
import { npm } from './npm.mjs'
import { Refusal, timed } from './say.mjs'

const stampFile = join(root, 'node_modules/.sotto-lock')

const readIfThere = (path) => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Installs exactly what the lock file says, unless that was done for this very lock file. */
export const installPackages = async () => {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (readIfThere(stampFile) === hash) return
  const { code, output } = await timed('Installing packages', () =>
    captureChild(...npm(['ci', '--ignore-scripts'])),
  )
  if (code !== 0)
    throw new Refusal(
      `${output.trim()}\nThe packages could not be installed. Is the network there? Then run the command again.`,
    )
  writeFileSync(stampFile, hash)
}
