import { join } from 'node:path'
import { root, runChild } from '../child.mjs'

/** The MLS engine against the published test vectors: a line for each file. */
export const run = (args) =>
  runChild(process.execPath, [join(root, 'packages/mls/test/vectors/run.ts'), ...args])
