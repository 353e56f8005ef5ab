import { join } from 'node:path'
import { root, runChild } from '../child.mjs'

/** Deliberate faults, one after the other, each of which a checker of the seeded world has to catch. */
export const run = (args) => runChild(process.execPath, [join(root, 'tests/world/mutants.ts'), ...args])
