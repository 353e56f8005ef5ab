/**
 * What continuous integration runs: every test, the seeded world, real kills, fuzzing, and the first start on an empty
 * data directory.
 */
import { spawn } from 'node:child_process'
import { runChild } from './child.mjs'
import { readFailures } from './failures.mjs'
import { firstStart } from './firstStart.mjs'
import { npm } from './npm.mjs'
import { say, timed } from './say.mjs'
import { printTotals, readTotals, sum } from './totals.mjs'

const testCode = await runChild(...npm(['test']))

/** Programs that judge themselves: each counts as one test. */
const programs = [
  {
    what: 'The seeded world, 200 seeds',
    args: ['world', '--', '--seeds', '200', '--workers', '2', '--shrink', '0'],
  },
  { what: 'Rules broken on purpose, each found in the seeded world', args: ['world:mutants'] },
  { what: 'Kills and other mishaps', args: ['chaos', '--', '--kills', '10'] },
  { what: 'Fuzzing', args: ['fuzz', '--', '--seconds', '60', '--quiet'] },
]
const failedPrograms = []
for (const { what, args } of programs) {
  const code = await timed(what, () => runChild(...npm(['run', ...args])))
  if (code !== 0) failedPrograms.push(what)
}

const fault = await timed('First start on an empty data directory', () =>
  firstStart((env) => spawn(...npm(['start']), env)),
)
if (fault) say(`First start: ${fault}`)
for (const what of [...failedPrograms, ...readFailures()]) say(`Failed: ${what}`)
const programTotals = {
  passed: programs.length - failedPrograms.length,
  failed: failedPrograms.length,
}
printTotals(sum(readTotals(), programTotals, fault ? { passed: 0, failed: 1 } : { passed: 1, failed: 0 }))
process.exitCode = testCode === 0 && failedPrograms.length === 0 && !fault ? 0 : 1
