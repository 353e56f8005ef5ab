import { fromHex } from '@sotto/protocol'
import { keepsDoor, toBringIn } from '../../packages/client/src/openRoom/door.ts'
import { loadRooms } from '../../packages/client/src/room/load.ts'
import type { Device } from './device.ts'
import { readDisk } from './disk.ts'
import type { Fault } from './faults.ts'
import { ask } from './people.ts'
import { seededRandom } from './random.ts'
import { hex } from './words.ts'
import type { World } from './world.ts'

/** The open room of a world: somebody opens a room, others wish to come in, and members' devices bring them in. */
export interface OpenRoomLife {
  /** Begins to do things, until `calm`. */
  live(world: World): void
  calm(): void
}

const gapMs = 25_000

const isSignedIn = ({ state }: Device): boolean => state()?.account.kind === 'signed_in'

export const makeOpenRoomLife = (seed: number): OpenRoomLife => {
  const random = seededRandom(seed, 'open room')
  let isCalm = false

  const openOne = (world: World, device: Device): void => {
    const own = (device.state()?.rooms ?? []).filter(({ state }) => state.kind === 'active')
    if (own.length === 0) return
    const { id: room } = random.pick(own)
    ask(world, device, 'open a room', (client) => client.setOpenness({ room, isOpen: true }))
  }

  const wish = (world: World, device: Device): void =>
    ask(world, device, 'wish to come in', async (client) => {
      const found = await client.findOpenRoom({})
      if (found?.standing === 'outside') await client.joinOpenRoom({ room: found.room })
    })

  const act = (world: World): void => {
    const device = random.pick(world.devices)
    if (!isSignedIn(device)) return
    if (world.server.data().openRoom && random.chance(0.85)) wish(world, device)
    else openOne(world, device)
  }

  const live = (world: World): void => {
    if (isCalm) return
    act(world)
    world.clock.after(random.between(0, gapMs), () => live(world))
  }

  return {
    live,
    calm: () => {
      isCalm = true
    },
  }
}

/** After these somebody may wait for good: keys are gone, a disk is older than what it said, or a clock is out of reach. */
const hindrances: readonly Fault[] = [
  'lost_write',
  'client_restore',
  'server_restore',
  'lost_keys',
  'server_clock',
  'long_offline',
  'logout',
]

const isHindered = ({ options }: World): boolean =>
  hindrances.some((fault) => options.faults.has(fault)) ||
  [...options.faults].some((fault) => fault.startsWith('lie_'))

const accountOf = ({ state }: Device): Uint8Array | undefined => {
  const account = state()?.account
  return account?.kind === 'signed_in' ? fromHex(account.account, 32) : undefined
}

/** Whether the device is of a member who brings this one in, by what it knows itself. */
const bringsIn = async (device: Device, room: string, asker: Uint8Array): Promise<boolean> => {
  const account = accountOf(device)
  const states = account ? await loadRooms(readDisk(device.disk)) : []
  const state = states.find(({ id }) => hex(id) === room)
  return (
    account !== undefined &&
    state !== undefined &&
    keepsDoor(state, account) &&
    toBringIn(state, [asker]).length > 0
  )
}

/** Somebody who waits although a device is there that would bring them in; undefined where there is nobody. */
export const waitingInVain = async (world: World): Promise<string | undefined> => {
  if (!world.openRoom || isHindered(world)) return undefined
  for (const device of world.devices) {
    const open = device.state()?.openRoom
    const asker = accountOf(device)
    if (!asker || open?.standing !== 'waiting') continue
    for (const other of world.devices)
      if (other !== device && (await bringsIn(other, open.room, asker)))
        return `${device.name} waits, and ${other.name} is there`
  }
  return undefined
}
