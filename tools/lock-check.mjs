/**
 * Checks that each optional platform package that a locked package names stands in the lock file, with its hash. A
 * mirror that lacks one platform's binary makes `npm install` drop it silently, and `npm ci` fails elsewhere.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './child.mjs'

/** Where Node would find `name` from the package at `from`: its own node_modules, then those further out. */
const resolve = (packages, from, name) => {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules') - 1))) {
    const candidate = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`
    if (packages[candidate]) return packages[candidate]
    if (at === '') return undefined
  }
}

/** @returns a sentence for each optional package that is missing or has no hash */
export const lockFaults = (lock) => {
  const faults = []
  for (const [path, { optionalDependencies = {} }] of Object.entries(lock.packages))
    for (const name of Object.keys(optionalDependencies)) {
      const entry = resolve(lock.packages, path, name)
      if (!entry) faults.push(`${name}, named by ${path || 'the root'}, is missing from the lock file`)
      else if (!entry.integrity && !entry.link) faults.push(`${name} has no hash in the lock file`)
    }
  return faults
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const faults = ['package-lock.json', 'tools/runtime/package-lock.json'].flatMap((file) =>
    lockFaults(JSON.parse(readFileSync(join(root, file), 'utf8'))).map((fault) => `${file}: ${fault}`),
  )
  for (const fault of faults) console.error(fault)
  process.exitCode = faults.length > 0 ? 1 : 0
}
