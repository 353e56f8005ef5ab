import { unrestOf } from '../calm.ts'
import type { Device } from '../device.ts'
import type { World } from '../world.ts'
import { checkAuthority } from './authority.ts'
import { checkBounds, checkSecrecy } from './bounds.ts'
import { checkConvergence } from './convergence.ts'
import { gather } from './evidence.ts'
import { checkHistory } from './history.ts'
import { checkRemovals, checkSeals } from './keys.ts'
import { checkLane } from './lane.ts'
import { checkLies } from './lies.ts'
import { checkLog } from './log.ts'
import { checkMessages } from './messages.ts'
import { checkRest, printed } from './rest.ts'
import { checkPlaces } from './places.ts'
import { checkReactions } from './reactions.ts'
import { checkOpenRoom } from './openRoom.ts'

/** A server that was set back to before it knew an account cannot be made to know it again. */
const hasLostAccount = (world: World, device: Device): boolean => {
  const account = device.state()?.account
  return (
    world.used.has('server_restore') &&
    account !== undefined &&
    account.kind !== 'none' &&
    !world.server.data().accounts.has(account.account)
  )
}

/** Holds every rule of docs/reliability against what has happened. */
export const check = async (world: World): Promise<void> => {
  for (const device of world.devices) {
    for (const bug of device.bugs) world.fail('bug', `${device.name} ${bug}`)
    const unrest = hasLostAccount(world, device) ? undefined : unrestOf(world, device)
    if (unrest) world.fail('I14', `${device.name} ${unrest}: ${printed(device.volatile())}`)
  }
  for (const bug of world.server.bugs) world.fail('bug', `server: ${bug}`)
  const evidence = await gather(world)
  checkLog(evidence)
  checkConvergence(evidence)
  checkMessages(evidence)
  checkReactions(evidence)
  checkHistory(evidence)
  await checkPlaces(evidence)
  checkSeals(evidence)
  await checkRemovals(evidence)
  checkAuthority(evidence)
  checkLies(evidence)
  checkBounds(evidence)
  checkRest(evidence, (device) => unrestOf(world, device) === undefined)
  checkSecrecy(evidence)
  if (world.openRoom) checkOpenRoom(evidence)
  if (world.programs) checkLane(world.programs, world)
}
