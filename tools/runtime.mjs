import { accessSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { captureChild, root, runChild } from './child.mjs'
import { npm } from './npm.mjs'
import { Refusal, say, timed } from './say.mjs'

/** The first line of Node that runs TypeScript without a flag. */
const nodeMin = [22, 18]

export const supportsNode = (version) => {
  const [major, minor] = version.split('.').map(Number)
  return major > nodeMin[0] || (major === nodeMin[0] && minor >= nodeMin[1])
}

const remedy = `Sotto needs Node.js ${nodeMin.join('.')} or newer; this is ${process.versions.node}.
Install one from https://nodejs.org and run the command again.`

/** Where the packaged runtime of this platform lies once it is installed; undefined where there is none for it. */
const packagedNode = () => {
  const name = `node-${process.platform}-${process.arch}`
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'tools/runtime/package.json'), 'utf8'))
  return Object.hasOwn(optionalDependencies, name)
    ? {
        path: join(root, 'tools/runtime/node_modules', name, 'bin/node'),
        version: optionalDependencies[name],
      }
    : undefined
}

const exists = (path) => {
  try {
    accessSync(path)
    return true
  } catch {
    return false
  }
}

/**
 * Does again what this process was asked for, under the runtime of `tools/runtime`, which is installed first where
 * it is missing.
 *
 * @returns the exit code
 */
export const underSupportedNode = async (argv) => {
  const node = packagedNode()
  if (!node) throw new Refusal(remedy)
  if (!exists(node.path)) {
    say(`Node.js ${process.versions.node} is too old for Sotto: a newer one is put into tools/runtime.`)
    const { code, output } = await timed(`Installing Node.js ${node.version}`, () =>
      captureChild(...npm(['ci', '--prefix', join(root, 'tools/runtime')])),
    )
    if (code !== 0 || !exists(node.path)) throw new Refusal(`${output.trim()}\n${remedy}`)
  }
  const path = `${dirname(node.path)}${delimiter}${process.env.PATH ?? ''}`
  return runChild(node.path, argv, { cwd: process.cwd(), env: { ...process.env, PATH: path } })
}
