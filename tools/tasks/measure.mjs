import { join } from 'node:path'
import { root, runChild } from '../child.mjs'

/** Prints how long the functions are, and writes it to docs/measures.md. */
export const run = async () => {
  const code = await runChild(process.execPath, [join(root, 'tests/tidy/measure.ts')])
  return code || runChild(process.execPath, [join(root, 'node_modules/oxfmt/bin/oxfmt'), 'docs/measures.md'])
}
