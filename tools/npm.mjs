import { realpathSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { Refusal } from './say.mjs'

const isFile = (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

/** npm's own program file: what started us, else what lies beside Node or on PATH. */
const npmProgram = () => {
  const started = process.env.npm_execpath
  if (started && /npm-cli\.c?js$/.test(started) && isFile(started)) return started
  for (const directory of [dirname(process.execPath), ...(process.env.PATH ?? '').split(delimiter)]) {
    const beside = join(directory, 'node_modules/npm/bin/npm-cli.js')
    if (isFile(beside)) return beside
    const linked = join(directory, 'npm')
    if (isFile(linked) && realpathSync(linked).endsWith('npm-cli.js')) return realpathSync(linked)
  }
  throw new Refusal('npm is not to be found; it comes with Node.js from https://nodejs.org')
}

/**
 * Command and arguments that run npm under the Node of this process, whatever Node its own first line would pick:
 * under an older one npm chooses other versions.
 */
export const npm = (args) => [process.execPath, [npmProgram(), '--no-audit', '--no-fund', ...args]]
