import { join } from 'node:path'
import { root, runChild } from '../child.mjs'
import { ensureChromium } from '../chromium.mjs'
import { buildWeb } from '../web.mjs'

/** Real processes, disks, sockets and browsers, and what happens to them: `--kills N`, `--only scenario`, `--seed S`. */
export const run = async (args) => {
  const chromium = await ensureChromium()
  await buildWeb()
  const env = chromium ? { ...process.env, CHROMIUM: chromium } : process.env
  return runChild(process.execPath, [join(root, 'tests/chaos/run.ts'), ...args], { env })
}
