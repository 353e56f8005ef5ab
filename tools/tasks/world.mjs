import { join } from 'node:path'
import { root, runChild } from '../child.mjs'

/** The seeded world: `--seed N` repeats one, `--seeds K` goes on from there; see tests/world. */
export const run = (args) => runChild(process.execPath, [join(root, 'tests/world/run.ts'), ...args])
