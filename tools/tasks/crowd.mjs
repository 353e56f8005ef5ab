import { join } from 'node:path'
import { root, runChild } from '../child.mjs'

/** A room of 2,000 people, or of as many as are asked for, grown by its owner alone; and what that takes. */
export const run = (args) => runChild(process.execPath, [join(root, 'tests/crowd/run.ts'), ...args])
