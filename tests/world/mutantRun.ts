import { isFault } from './faults.ts'
import type { StepKind } from './steps.ts'
import { runWorld, type WorldOptions } from './world.ts'

/** One bent program, world after world, until the rule is seen to be broken: tells how many it took. */
const [rule = '', faults = '', seedsMax = '50', more = '', first = '1'] = process.argv.slice(2)

const isBroken = async (options: WorldOptions): Promise<boolean> => {
  const outcome = await runWorld(options)
  if (rule === 'I18') return (await runWorld(options)).hash !== outcome.hash
  return outcome.violations.some((violation) => violation.rule === rule)
}

for (let seed = Number(first); seed <= Number(seedsMax); seed++) {
  process.send?.({ kind: 'begun', seed })
  const options: WorldOptions = {
    seed,
    steps: 200,
    devices: 5,
    faults: new Set(faults.split(',').filter(isFault)),
    roomsMax: 3,
    // The rules of the open lane.
    programs: rule.startsWith('L') ? 3 : 0,
    openRoom: rule.startsWith('O'),
    linesKept: 0,
    more: more.split(',') as StepKind[],
  }
  if (await isBroken(options).catch(() => false)) {
    process.send?.({ kind: 'noticed', seed })
    break
  }
}
