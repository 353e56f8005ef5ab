import { join } from 'node:path'
import { root, runChild } from '../child.mjs'
import { ensureNginx } from '../nginx.mjs'
import { buildWeb } from '../web.mjs'

/** A real server, and everybody who does all that they may to it: `--short`, `--front none|nginx`. */
export const run = async (args) => {
  await ensureNginx()
  await buildWeb()
  return runChild(process.execPath, [join(root, 'tests/siege/run.ts'), ...args])
}
