import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root, runChild } from '../child.mjs'
import { ensureChromium } from '../chromium.mjs'
import { ensureNginx } from '../nginx.mjs'
import { ensurePython } from '../python.mjs'
import { say, timed } from '../say.mjs'
import {
  clearReports,
  playwrightTotals,
  printTotals,
  reports,
  sum,
  vitestTotals,
  writeTotals,
} from '../totals.mjs'
import { buildWeb } from '../web.mjs'
import { run as runCheck } from './check.mjs'

const journeys = join(root, 'tests/journeys/playwright.config.ts')
const bin = (path) => join(root, 'node_modules', path)

const runVitest = async (env, args) => {
  const reporters = [
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${join(reports, 'vitest.json')}`,
  ]
  const all = [bin('vitest/vitest.mjs'), 'run', ...reporters, ...args]
  const code = await timed('Testing', () => runChild(process.execPath, all, { env }))
  return { code, totals: vitestTotals('vitest.json') }
}

/** Browsers and everything else, side by side, would starve a small machine: one journey at a time, at the end. */
const runJourneys = async (env) => {
  await buildWeb()
  const report = 'journeys.json'
  const code = await timed('Journeys in the browser', () =>
    runChild(
      process.execPath,
      [bin('@playwright/test/cli.js'), 'test', '--config', journeys, '--workers=1', '--reporter=list,json'],
      { env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: join(reports, report) } },
    ),
  )
  return { code, totals: playwrightTotals(report) }
}

/** Arguments go to vitest, and then nothing else runs: `npm test -- packages/mls`. */
export const run = async (args) => {
  clearReports()
  const chromium = await ensureChromium()
  await ensurePython()
  await ensureNginx()
  const env = chromium ? { ...process.env, CHROMIUM: chromium } : process.env
  if (args.length > 0) return (await runVitest(env, args)).code

  const checkCode = await runCheck()
  const outcomes = [await runVitest(env, [])]
  if (existsSync(journeys))
    outcomes.push(chromium ? await runJourneys(env) : { code: 1, totals: { passed: 0, failed: 0 } })

  const totals = sum(...outcomes.map((outcome) => outcome.totals))
  writeTotals(totals)
  printTotals(totals)
  if (checkCode !== 0) say('The checks found faults: see the top, or run npm run check.')
  if (!chromium) say('What needs a browser did not run.')
  return [checkCode, ...outcomes.map((outcome) => outcome.code)].some((code) => code !== 0) ? 1 : 0
}
