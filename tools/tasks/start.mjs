import { join } from 'node:path'
import { root, runChild } from '../child.mjs'
import { buildWeb } from '../web.mjs'

/** Builds the web client where its sources have changed, and serves. */
export const run = async (args) => {
  await buildWeb()
  return runChild(process.execPath, [join(root, 'packages/cli/bin/sotto.mjs'), 'serve', ...args])
}
