import { codeOfSignal, endedBy } from './ending.mjs'
import { say } from './say.mjs'
import { printTotals, sum } from './totals.mjs'

const namesOf = (results, kind) =>
  results
    .filter((result) => result.kind === kind)
    .map(({ what }) => what)
    .join('; ') || 'nothing'

/** A run that was cut off has no totals: what it has not seen has neither passed nor failed. */
const cutOff = (results, signal) => {
  say(`Ended by ${signal}: nothing can be said of the whole.`)
  say(`Cut off: ${namesOf(results, 'cut_off')}`)
  say(`Had not run: ${namesOf(results, 'not_run')}`)
  return codeOfSignal(signal)
}

/**
 * Says what has come of a run; its last line has the totals.
 *
 * @param results of `runStages`
 * @param details more about what has failed, asked for where the run has come to its end
 * @returns the exit code
 */
export const conclude = (results, details) => {
  const signal = endedBy()
  if (signal) return cutOff(results, signal)
  const failed = results.filter(({ outcome }) => outcome.code !== 0)
  for (const what of [...failed.map((result) => result.what), ...details()]) say(`Failed: ${what}`)
  printTotals(sum(...results.map(({ outcome }) => outcome.totals)))
  return failed.length > 0 ? 1 : 0
}

/** Where the log is short enough to be read from its end. */
export const noDetails = () => []
