import { unrestOf } from '../calm.ts'
import type { World } from '../world.ts'
import { checkConvergence } from './convergence.ts'
import { gather } from './evidence.ts'
import { checkLog } from './log.ts'
import { checkMessages } from './messages.ts'

/** Holds every rule of docs/reliability against what has happened. */
export const check = async (world: World): Promise<void> => {
  for (const device of world.devices) {
    for (const bug of device.bugs) world.fail('bug', `${device.name} ${bug}`)
    const unrest = unrestOf(world, device)
    if (unrest) world.fail('I14', `${device.name} ${unrest}`)
  }
  for (const bug of world.server.bugs) world.fail('bug', `server: ${bug}`)
  const evidence = await gather(world)
  checkLog(evidence)
  checkConvergence(evidence)
  checkMessages(evidence)
}
