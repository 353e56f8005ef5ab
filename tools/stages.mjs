/**
 * A run is a list of stages, one after the other. A stage is a list of lanes, side by side. A lane is a list of
 * programs, one after the other: `{ what, isPatient, run(start) }`. `start(command, args, options)` runs a child and
 * resolves with its exit code, `run` with an outcome: `{ code, totals }`. Who `isPatient` leaves the processor to
 * those beside it.
 */
import { setPriority } from 'node:os'
import { captureChild, runChild } from './child.mjs'
import { endedBy, heedSignals } from './ending.mjs'
import { Refusal, say, timed } from './say.mjs'

const patientNice = 10

/** A program that is alone has the terminal. */
const runAlone = ({ what, run }) => timed(what, () => run(runChild))

/** Of programs side by side each is printed whole at its end. */
const runBeside = async ({ what, isPatient, run }) => {
  let written = ''
  const begun = ({ pid }) => isPatient && pid && setPriority(pid, patientNice)
  const outcome = await timed(what, () =>
    run(async (command, args, options) => {
      const { code, output } = await captureChild(command, args, { ...options, begun })
      written += output
      return code
    }),
  )
  process.stdout.write(`\n--- ${what} ---\n${written}---\n\n`)
  return outcome
}

const refused = (error) => {
  if (!(error instanceof Refusal)) throw error
  say(error.message)
  return { code: 1, totals: { passed: 0, failed: 1 } }
}

/**
 * Runs all programs, as far as this run is not told to end.
 *
 * @returns what has become of each: `{ what, kind: 'done', outcome }`, `{ what, kind: 'cut_off' | 'not_run' }`
 */
export const runStages = async (stages) => {
  heedSignals()
  const results = new Map(stages.flat(2).map(({ what }) => [what, { what, kind: 'not_run' }]))
  const runLane = async (lane, runOne) => {
    for (const program of lane) {
      if (endedBy()) return
      const { what } = program
      results.set(what, { what, kind: 'cut_off' })
      const outcome = await runOne(program).catch(refused)
      if (!endedBy()) results.set(what, { what, kind: 'done', outcome })
    }
  }
  for (const lanes of stages)
    await Promise.all(lanes.map((lane) => runLane(lane, lanes.length > 1 ? runBeside : runAlone)))
  return [...results.values()]
}
