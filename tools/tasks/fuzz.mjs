import { join } from 'node:path'
import { root, runChild } from '../child.mjs'

/** Every decoder that bytes from outside reach, under fuzzing: `--seconds N`, `--target name`, `--seed S`. */
export const run = (args) => runChild(process.execPath, [join(root, 'tests/fuzz/run.ts'), ...args])
