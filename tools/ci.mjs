/** What continuous integration runs: every test, then the first start on an empty data directory. */
import { spawn } from 'node:child_process'
import { runChild } from './child.mjs'
import { firstStart } from './firstStart.mjs'
import { npm } from './npm.mjs'
import { say, timed } from './say.mjs'
import { printTotals, readTotals, sum } from './totals.mjs'

const testCode = await runChild(...npm(['test']))
const fault = await timed('First start on an empty data directory', () =>
  firstStart((env) => spawn(...npm(['start']), env)),
)
if (fault) say(`First start: ${fault}`)
printTotals(sum(readTotals(), fault ? { passed: 0, failed: 1 } : { passed: 1, failed: 0 }))
process.exitCode = testCode === 0 && !fault ? 0 : 1
