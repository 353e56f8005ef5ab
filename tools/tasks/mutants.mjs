import { join } from 'node:path'
import { root, runChild } from '../child.mjs'

/** Deliberate faults, each of which a checker of the seeded world has to catch: `--workers N`, and rules by name. */
export const run = (args) => runChild(process.execPath, [join(root, 'tests/world/mutants.ts'), ...args])
