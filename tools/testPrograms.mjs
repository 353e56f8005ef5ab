import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './child.mjs'
import { ensureChromium } from './chromium.mjs'
import { ensureKeystore } from './keystore.mjs'
import { ensureNginx } from './nginx.mjs'
import { ensurePython } from './python.mjs'
import { run as runCheck } from './tasks/check.mjs'
import { none, playwrightTotals, reports, vitestTotals } from './totals.mjs'
import { buildWeb } from './web.mjs'

const config = join(root, 'tests/journeys/playwright.config.ts')
const bin = (path) => join(root, 'node_modules', path)

/** Where a runner leaves its report; one of an earlier run is taken away. */
const freshReport = (name) => {
  const path = join(reports, name)
  rmSync(path, { force: true })
  return path
}

/** What the tests need besides Node's packages is seen to. @returns their environment */
const prepared = async () => ({ ...process.env, CHROMIUM: await ensureChromium() })

/** Types, lint, format and the rest that is no test. */
export const checks = {
  what: 'The checks',
  run: async () => ({ code: await runCheck(), totals: none }),
}

/** @param args of vitest, such as the files to run */
export const vitest = (args) => ({
  what: 'The tests',
  run: async (start) => {
    await ensurePython()
    await ensureNginx()
    await ensureKeystore()
    const env = await prepared()
    const report = `--outputFile.json=${freshReport('vitest.json')}`
    const all = ['run', '--reporter=default', '--reporter=json', report, ...args]
    const code = await start(process.execPath, [bin('vitest/vitest.mjs'), ...all], { env, isGroup: true })
    return { code, totals: vitestTotals() }
  },
})

/**
 * Browsers, servers and Argon2 share two cores: one journey at a time.
 *
 * @param args of Playwright, such as the files to run
 */
export const journeys = (args) => ({
  what: 'Journeys in the browser',
  run: async (start) => {
    const env = { ...(await prepared()), PLAYWRIGHT_JSON_OUTPUT_FILE: freshReport('journeys.json') }
    if (!env.CHROMIUM) return { code: 1, totals: none }
    await buildWeb()
    const all = ['test', '--config', config, '--workers=1', '--reporter=list,json', ...args]
    const code = await start(process.execPath, [bin('@playwright/test/cli.js'), ...all], {
      env,
      isGroup: true,
    })
    return { code, totals: playwrightTotals() }
  },
})
