import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './child.mjs'

/** Where a run of the tests leaves its reports; never part of the repository. */
export const reports = join(root, 'build/test')

export const clearReports = () => {
  rmSync(reports, { recursive: true, force: true })
  mkdirSync(reports, { recursive: true })
}

export const none = { passed: 0, failed: 0 }

/** Of what did not live to tell what it counted. */
const lost = { passed: 0, failed: 1 }

/** A runner's own report, if it lived to write one. */
export const readReport = (name) => {
  try {
    return JSON.parse(readFileSync(join(reports, name), 'utf8'))
  } catch {
    return undefined
  }
}

/** What vitest's JSON report counts; a run that died before its report counts as one failure. */
export const vitestTotals = () => {
  const report = readReport('vitest.json')
  if (!report) return lost
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  ).length
  return { passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles }
}

/** What Playwright's JSON report counts; a flaky journey passed in the end. */
export const playwrightTotals = () => {
  const report = readReport('journeys.json')
  if (!report) return lost
  const { expected, flaky, unexpected } = report.stats
  return { passed: expected + flaky, failed: unexpected + (unexpected === 0 ? report.errors.length : 0) }
}

export const sum = (...totals) => ({
  passed: totals.reduce((total, { passed }) => total + passed, 0),
  failed: totals.reduce((total, { failed }) => total + failed, 0),
})

/** The line that programs which count tests look for. */
export const printTotals = ({ passed, failed }) =>
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
