import { readFileSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { root, runChild } from './child.mjs'
import { install } from './install.mjs'
import { Refusal, say } from './say.mjs'
import { hashOf, removeStamp } from './stamp.mjs'

const home = join(root, 'tools/runtime')
const stamp = join(home, 'node_modules/.sotto-lock')

/** The first line of Node that runs TypeScript without a flag. */
const nodeMin = [22, 18]

export const supportsNode = (version) => {
  const [major, minor] = version.split('.').map(Number)
  return major > nodeMin[0] || (major === nodeMin[0] && minor >= nodeMin[1])
}

const remedy = `Sotto needs Node.js ${nodeMin.join('.')} or newer; this is ${process.versions.node}.
Install one from https://nodejs.org and run the command again.`

/** The packaged runtime of this platform; undefined where there is none for it. */
const packagedNode = () => {
  const name = `node-${process.platform}-${process.arch}`
  const { optionalDependencies } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  if (!Object.hasOwn(optionalDependencies, name)) return undefined
  return { path: join(home, 'node_modules', name, 'bin/node'), version: optionalDependencies[name] }
}

/** Lock file and size: a file that was cut short is another one, and hashing 120 MB at each start would be felt. */
const wanted = (path) => {
  const size = statSync(path, { throwIfNoEntry: false })?.size
  return size === undefined ? undefined : `${hashOf(join(home, 'package-lock.json'))} ${size}`
}

/** Signals by which a program ends that is damaged itself. */
const damaged = new Set(['SIGSEGV', 'SIGBUS', 'SIGILL'].map((signal) => 128 + constants.signals[signal]))

/**
 * Does again what this process was asked for, under the runtime of `tools/runtime`, which is installed first where
 * it is missing, cut short, or of another version than the one that is wanted now.
 *
 * @returns the exit code
 */
export const underSupportedNode = async (argv) => {
  const node = packagedNode()
  if (!node) throw new Refusal(remedy)
  const of = { prefix: home, stamp, wanted: () => wanted(node.path) }
  await install({ what: `Node.js ${node.version} (this one, ${process.versions.node}, is too old)`, ...of })
  const path = `${dirname(node.path)}${delimiter}${process.env.PATH ?? ''}`
  const code = await runChild(node.path, argv, { cwd: process.cwd(), env: { ...process.env, PATH: path } })
  if (damaged.has(code)) {
    removeStamp(stamp)
    say(`The Node.js of tools/runtime has crashed (${code}). The next start installs it anew.`)
  }
  return code
}
