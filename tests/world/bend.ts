import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { mutants } from './mutantList.ts'

/**
 * Loaded before everything else in a process that shows what the checkers catch: bends the named files while they are
 * read. Nothing of it is in the program itself.
 */
const name = process.env['WORLD_MUTANT']
const mutant = mutants.find((one) => one.name === name)
if (!mutant) throw new Error(`no such mutant: ${name}`)
const root = new URL('../../', import.meta.url)
const bends = new Map<string, (typeof mutant.bends)[number][]>()
for (const bend of mutant.bends) {
  const url = new URL(bend.file, root).href
  bends.set(url, [...(bends.get(url) ?? []), bend])
  const count = readFileSync(fileURLToPath(url), 'utf8').split(bend.from).length - 1
  if (count !== 1) throw new Error(`${name}: stands ${count} times in ${bend.file}: ${bend.from}`)
}

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context)
    const wanted = bends.get(pathToFileURL(fileURLToPathOr(url)).href)
    if (!wanted || loaded.source === undefined || loaded.source === null) return loaded
    const source =
      typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString()
    return { ...loaded, source: wanted.reduce((text, { from, to }) => text.replace(from, () => to), source) }
  },
})

function fileURLToPathOr(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url) : `/${url}`
}
