import { inspect } from 'node:util'
import type { Volatile, VolatileRoom } from '../../../packages/client/src/session/volatile.ts'
import type { Device } from '../device.ts'
import type { World } from '../world.ts'
import type { Evidence } from './evidence.ts'

/** What a device knows beside its disk, in one line. */
export const printed = (volatile: Volatile | null): string =>
  inspect(volatile, { depth: 8, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 8 })

/** Why a room is not at rest in the memory of its device; undefined where it is. */
const unrestIn = ({ session, waiting }: VolatileRoom, nowMs: number): string | undefined => {
  const { work, hold, sending, filling, draft } = session
  if (work.kind !== 'resting') return `is ${work.kind}`
  if (waiting.length > 0) return `is waited for: ${waiting.join()}`
  if (sending.underWay.size > 0) return 'has something under way'
  if (sending.promised.size > 0) return 'has promises that the log does not show'
  if (draft.held) return 'has a draft that is not stored'
  if (Math.max(hold.allMs, hold.messagesMs) > nowMs + holdMaxMs) return 'holds something back for too long'
  return filling.turn === 'due' ? 'has a tree to fill, and does not' : undefined
}

/** The longest that a server or a race makes a device wait. */
const holdMaxMs = 10 * 60_000

const checkOne = (world: World, device: Device, active: ReadonlySet<string>): void => {
  const volatile = device.volatile()
  for (const [room, one] of volatile?.rooms ?? []) {
    const unrest = active.has(room) ? unrestIn(one, device.nowMs()) : undefined
    if (unrest)
      world.fail('I14', `${room.slice(0, 8)} ${unrest} in the memory of ${device.name}: ${printed(volatile)}`)
  }
}

/** I14: when nothing happens any more, nothing is under way, held back or waited for in the memory of a device either. */
export const checkRest = ({ world, witnesses }: Evidence, isAtRest: (device: Device) => boolean): void => {
  for (const { device, rooms } of witnesses) {
    const active = [...rooms].filter(([, { phase }]) => phase.kind === 'active').map(([id]) => id)
    if (isAtRest(device)) checkOne(world, device, new Set(active))
  }
}
