import { conclude, noDetails } from '../conclusion.mjs'
import { runStages } from '../stages.mjs'
import { journeys } from '../testPrograms.mjs'

/** What of the tests runs in a real browser; arguments go to Playwright: `npm run journeys -- tabs`. */
export const run = async (args) => conclude(await runStages([[[journeys(args)]]]), noDetails)
