import { isAbsolute, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const checkout = fileURLToPath(new URL('../../..', import.meta.url))

/** A word of a command, as it is typed in a shell. */
export const typed = (word: string): string =>
  /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

const isWithin = (directory: string, root: string): boolean => {
  const way = relative(root, directory)
  return !way.startsWith('..') && !isAbsolute(way)
}

/**
 * How this program is called from a directory. Outside of the checkout `npx sotto` would be another one: npx asks the
 * registry, where somebody else's package has the name.
 */
export const calledFrom = (directory: string, root: string = checkout): string =>
  isWithin(directory, root) ? 'npx sotto' : typed(`${root.replace(/[/\\]$/, '')}/packages/cli/bin/sotto.mjs`)
