import { conclude, noDetails } from '../conclusion.mjs'
import { runStages } from '../stages.mjs'
import { checks, journeys, vitest } from '../testPrograms.mjs'
import { clearReports } from '../totals.mjs'

/** Arguments go to vitest, and then nothing else runs: `npm test -- packages/mls`. */
export const run = async (args) => {
  const programs = args.length > 0 ? [vitest(args)] : [checks, vitest([]), journeys([])]
  clearReports()
  return conclude(await runStages(programs.map((program) => [[program]])), noDetails)
}
