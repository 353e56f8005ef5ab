/**
 * What continuous integration runs: every test, the seeded world, real kills, fuzzing, and the first start on an empty
 * data directory. Each program is a task of `run.mjs`, under whatever Node that one picks.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from './child.mjs'
import { conclude } from './conclusion.mjs'
import { onEnding } from './ending.mjs'
import { readFailures } from './failures.mjs'
import { firstStart } from './firstStart.mjs'
import { npm } from './npm.mjs'
import { say } from './say.mjs'
import { runStages } from './stages.mjs'
import { clearReports, none, playwrightTotals, vitestTotals } from './totals.mjs'

const task = (start, line) => start(process.execPath, [join(root, 'tools/run.mjs'), ...line.split(' ')])

/** A task of which a report tells what it has counted. */
const counting = (what, line, totalsOf) => ({
  what,
  run: async (start) => ({ code: await task(start, line), totals: totalsOf() }),
})

const verdict = (isGood) => ({
  code: isGood ? 0 : 1,
  totals: isGood ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 },
})

/** A task that judges itself counts as one test. */
const judging = (what, line) => ({
  what,
  run: async (start) => verdict((await task(start, line)) === 0),
})

const start = {
  what: 'First start on an empty data directory',
  run: async () => {
    const fault = await firstStart((options) => {
      const child = spawn(...npm(['start']), options)
      child.on(
        'close',
        onEnding((signal) => child.kill(signal)),
      )
      return child
    })
    if (fault) say(`First start: ${fault}`)
    return verdict(!fault)
  },
}

/** Programs that wait for processes, browsers and disks. */
const waiting = [
  counting('Journeys in the browser', 'journeys', playwrightTotals),
  judging('Kills and other mishaps', 'chaos --kills 10'),
]

/** Programs that compute, one process each. */
const computing = [
  judging('The seeded world, 200 seeds', 'world --seeds 200 --shrink 0'),
  judging('Rules broken on purpose, each found in the seeded world', 'world:mutants --workers 1'),
  judging('Fuzzing', 'fuzz --seconds 60 --quiet'),
]

/** A program that waits for rates most of its time. */
const crowd = judging('A room of 2,000, grown by its owner alone', 'crowd')

/** Programs that have the machine to themselves: what they measure is compared within their own run. */
const alone = [start, judging('A siege, in short', 'siege --short')]

const patient = (program) => ({ ...program, isPatient: true })

clearReports()
const results = await runStages([
  [[counting('The checks', 'check', () => none)]],
  [[counting('The tests', 'vitest', vitestTotals)]],
  [waiting, computing.map(patient), [crowd].map(patient)],
  ...alone.map((program) => [[program]]),
])
process.exitCode = conclude(results, readFailures)
