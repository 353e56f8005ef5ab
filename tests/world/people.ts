import { type Client, type RoomView, SottoError } from '@sotto/client'
import type { Device } from './device.ts'
import type { Random } from './random.ts'
import type { Step } from './steps.ts'
import { hex, roomNameFrom, textFrom } from './words.ts'
import type { World } from './world.ts'

export const passwordOf = (device: Device): string => `correct horse battery ${device.name}`

/** Commands that are not there in every version of the client. */
type Later = Partial<
  Record<
    'removeMember' | 'setRole' | 'renameRoom' | 'rejoin' | 'refound',
    (input: object) => Promise<unknown>
  >
>
const later = (client: Client): Later => client as unknown as Later

const roomsOf = (device: Device, ...kinds: readonly string[]): readonly RoomView[] =>
  (device.state()?.rooms ?? []).filter(({ state }) => kinds.includes(state.kind))

const isIn = ['active', 'behind', 'repairing']

/** Does what a person asks of a device; what comes of it is noted, and nobody waits for it. */
export const ask = (
  world: World,
  device: Device,
  what: string,
  work: (client: Client) => Promise<unknown>,
): void => {
  const client = device.client()
  if (!client) return
  world.trace.note(device.name, 'is asked to', what)
  work(client).then(
    () => world.trace.note(device.name, 'did', what),
    (error: unknown) => {
      const code = error instanceof SottoError ? error.code : undefined
      world.trace.note(device.name, 'did not', what, code ?? String(error))
      if (process.env['WORLD_DEBUG']) console.log(what, error)
      if (code === undefined || code === 'internal')
        world.fail('bug', `${device.name} ${what}: ${stackOf(error)}`)
      world.stats.refusals[code ?? 'bug'] = (world.stats.refusals[code ?? 'bug'] ?? 0) + 1
    },
  )
}

export const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)

/** Makes sure that the device runs and has an account with a session; `false` if that is still under way. */
const isReady = (world: World, device: Device): boolean => {
  const state = device.state()
  if (!state) {
    if (!device.isUp()) void device.open()
    return false
  }
  switch (state.account.kind) {
    case 'none':
      register(world, device)
      return false
    case 'signed_out':
      logIn(world, device)
      return false
    case 'signed_in':
      return true
  }
}

export const register = (world: World, device: Device): void => {
  const name = world.nameFor(device)
  ask(world, device, 'register', async (client) => {
    await client.register({ name, password: passwordOf(device) }).catch((error: unknown) => {
      // The keys of that account are gone with what the disk has lost, or what was forgotten while the server was
      // still being asked: there is no other way than another name.
      const isKeyless = world.setBacks.has(device.index) || world.forgetful.has(device.index)
      if (error instanceof SottoError && error.code === 'name_taken' && isKeyless) world.renamed(device)
      throw error
    })
    world.registered(device)
  })
}

export const logIn = (world: World, device: Device): void => {
  const name = device.state()?.account
  if (name?.kind !== 'signed_out') return
  ask(world, device, 'log in', async (client) => {
    const forgetAgain = (error: unknown): Promise<void> => {
      // It was forgotten before, and has come back with what its disk had lost or not yet erased.
      const isGone = error instanceof SottoError && error.code === 'device_unknown'
      if (isGone && world.forgetful.has(device.index)) return client.logout({ forget: true })
      throw error
    }
    await client.login({ name: name.name, password: passwordOf(device) }).catch(forgetAgain)
  })
}

export const send = (world: World, device: Device, random: Random, count: number): void => {
  const rooms = roomsOf(device, ...isIn)
  if (rooms.length === 0) return
  const room = random.pick(rooms)
  for (let i = 0; i < count; i++) {
    const message = hex(random.bytes(16))
    const text = textFrom(random)
    const account = device.state()?.account
    if (account?.kind !== 'signed_in') return
    const said = {
      by: account.account,
      device: account.device,
      room: room.id,
      message,
      text,
      saidMs: world.clock.nowMs(),
      promised: false,
    }
    world.truth.said.set(message, said)
    world.know(device)
    ask(world, device, 'send', async (client) => {
      await client.send({ room: room.id, text, message })
      said.promised = true
    })
  }
}

const emoji = ['👍', '🎉', '❤️'] as const

/** Says something about one of the newest messages with one emoji, or takes that back. */
const react = (world: World, device: Device, random: Random): void => {
  const rooms = roomsOf(device, ...isIn)
  const account = device.state()?.account
  if (rooms.length === 0 || account?.kind !== 'signed_in') return
  const room = random.pick(rooms).id
  const message = hex(random.bytes(16))
  const [dice, reaction] = [random.below(8), { emoji: random.pick(emoji), isOn: random.chance(0.7) }]
  world.know(device)
  ask(world, device, 'react', async (client) => {
    const { items } = await client.timeline({ room, limit: 20 })
    const said = items.filter((item) => item.kind === 'message' && item.seq !== null)
    const of = said.at(-1 - (dice % Math.max(1, said.length)))?.id
    if (of === undefined) return
    const { account: by, device: own } = account
    const saidMs = world.clock.nowMs()
    // What stands already is not said again, so that nothing is promised.
    const one = {
      by,
      device: own,
      room,
      message,
      text: '',
      reaction: { ...reaction, of },
      saidMs,
      promised: false,
    }
    world.truth.said.set(message, one)
    await client.react({ room, id: of, message, ...reaction })
  })
}

const everyAccount = (world: World, except: Device): readonly string[] =>
  world.devices.flatMap((device) => {
    const account = device.state()?.account
    return device !== except && account && account.kind !== 'none' ? [account.account] : []
  })

const accepted = (world: World, device: Device, room: string): void => {
  const head = (world.server.data().rooms.get(room)?.entries.length ?? 0) - 1
  world.answered(device, { room, answer: { kind: 'accepted', head } })
}

/** What people do. */
export const perform = (world: World, step: Step, device: Device, random: Random): void => {
  const room = (...kinds: readonly string[]): RoomView | undefined => {
    const rooms = roomsOf(device, ...kinds)
    return rooms.length > 0 ? random.pick(rooms) : undefined
  }
  switch (step.kind) {
    case 'register':
      isReady(world, device)
      return
    case 'open':
      if (!device.isUp()) void device.open()
      else isReady(world, device)
      return
    case 'close':
      if (device.isUp()) void device.close()
      return
    case 'pause':
      return
    case 'create': {
      if (!isReady(world, device) || roomsOf(device, ...isIn).length >= world.options.roomsMax) return
      const name = roomNameFrom(random)
      return ask(world, device, 'create', (client) => client.createRoom({ name }))
    }
    case 'invite': {
      const into = isReady(world, device) ? room(...isIn) : undefined
      const guest = random.pick(world.devices)
      // Not everybody has heard who is not there any more.
      const old = random.chance(0.1) && world.oldNames.length > 0 ? random.pick(world.oldNames) : undefined
      const name = old ?? world.names.get(guest.index)
      if (!into || !name || guest === device) return
      return ask(world, device, 'invite', (client) => client.invite({ room: into.id, name }))
    }
    case 'answer': {
      const invited = isReady(world, device) ? room('invited') : undefined
      if (!invited) return
      const isWelcome = random.chance(0.9)
      return ask(world, device, isWelcome ? 'accept' : 'decline', (client) =>
        isWelcome
          ? client.accept({ room: invited.id }).then(() => accepted(world, device, invited.id))
          : client.decline({ room: invited.id }),
      )
    }
    case 'send':
      if (isReady(world, device)) send(world, device, random, 1)
      return
    case 'react':
      if (isReady(world, device)) react(world, device, random)
      return
    case 'burst':
      if (isReady(world, device)) send(world, device, random, 2 + random.below(12))
      return
    case 'everybody':
      for (const one of world.devices)
        if (one.state()?.account.kind === 'signed_in') everybody(world, one, random)
      return
    case 'leave': {
      if (!isReady(world, device)) return
      const there = room(...isIn, 'frozen', 'removed') ?? room('left', 'refounded')
      if (!there) return
      if (isIn.includes(there.state.kind) || there.state.kind === 'frozen')
        return ask(world, device, 'leave', (client) => client.leave({ room: there.id }))
      return ask(world, device, 'delete', async (client) => {
        const account = client.state().account
        // What was not sent goes with the room, as one is told before.
        for (const said of world.truth.said.values())
          if (said.room === there.id && account.kind !== 'none' && said.by === account.account)
            said.promised = false
        await client.deleteRoom({ room: there.id })
      })
    }
    case 'read': {
      const read = room(...isIn)
      return (
        read &&
        ask(world, device, 'read', (client) =>
          client.markRead({ room: read.id, seq: read.readSeq + random.below(20) }),
        )
      )
    }
    case 'remove':
    case 'role': {
      const where = isReady(world, device) ? room(...isIn) : undefined
      const others = everyAccount(world, device)
      if (!where || others.length === 0) return
      const account = random.pick(others)
      const role = random.pick(['owner', 'admin', 'member', 'guest'])
      const client = device.client()
      const command = step.kind === 'remove' ? 'removeMember' : 'setRole'
      if (!client || !later(client)[command]) return
      return ask(world, device, command, async (known) =>
        later(known)[command]?.({ room: where.id, account, role }),
      )
    }
    case 'rename': {
      const where = isReady(world, device) ? room(...isIn) : undefined
      const client = device.client()
      if (!where || !client || !later(client).renameRoom) return
      const name = roomNameFrom(random)
      return ask(world, device, 'rename', async (known) =>
        later(known).renameRoom?.({ room: where.id, name }),
      )
    }
    case 'rejoin':
    case 'refound': {
      const where = isReady(world, device) ? room('frozen') : undefined
      const client = device.client()
      const command = step.kind
      if (!where || !client || !later(client)[command]) return
      return ask(world, device, command, async (known) => later(known)[command]?.({ room: where.id }))
    }
    default:
      throw new Error(`nobody does ${step.kind}`)
  }
}

/** All at once: invitations race with each other and with what is said. */
const everybody = (world: World, device: Device, random: Random): void => {
  if (random.chance(0.5)) return send(world, device, random, 1)
  const rooms = roomsOf(device, 'active')
  const guest = random.pick(world.devices)
  const name = world.names.get(guest.index)
  if (rooms.length === 0 || !name || guest === device) return
  const { id } = random.pick(rooms)
  ask(world, device, 'invite', (client) => client.invite({ room: id, name }))
}
