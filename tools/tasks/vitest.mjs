import { conclude, noDetails } from '../conclusion.mjs'
import { runStages } from '../stages.mjs'
import { vitest } from '../testPrograms.mjs'

/** What of the tests runs in vitest; arguments go to it. */
export const run = async (args) => conclude(await runStages([[[vitest(args)]]]), noDetails)
