import { join } from 'node:path'
import { root, runChild } from '../child.mjs'

/** Measures against named peers, side by side; an argument picks one bench, such as `mls`. */
export const run = (args) => runChild(process.execPath, [join(root, 'bench/run.ts'), ...args])
