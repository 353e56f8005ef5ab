import type { Device } from './device.ts'
import type { Fault } from './faults.ts'
import { digest } from '../../packages/server/src/delivery/digest.ts'
import { falseDirectory, falseGroupInfo, isCommitEntry, type Lie, rewrites, rewrittenLog } from './lies.ts'
import { ask } from './people.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

const yearMs = 365 * 86_400_000
const dayMs = 86_400_000
const jumpMs = (random: Random): number => random.between(-10, 10) * yearMs

const soon = (world: World, random: Random, task: () => void): void => {
  world.clock.after(random.between(500, 30_000), task)
}

/** What nobody has asked for. */
export const strike = (world: World, fault: Fault, device: Device, random: Random): void => {
  const { server } = world
  switch (fault) {
    case 'loss':
    case 'duplication':
    case 'reordering':
    case 'delay':
      return
    case 'partition':
      device.link.cut()
      return soon(world, random, device.link.mend)
    case 'client_crash':
      if (random.chance(0.3)) device.crash()
      else
        device.cutAt({
          at: random.pick(['before_commit', 'after_commit', 'word']),
          nth: 1 + random.below(4),
        })
      return reopen(world, device, random)
    case 'lost_write':
      device.crash()
      world.setBack(device, 'lost_write', device.loseCommits(1 + random.below(3)))
      return reopen(world, device, random)
    case 'client_restore': {
      const backup = world.backups.get(device.index)
      if (!backup || random.chance(0.4)) return void world.backups.set(device.index, device.backup())
      device.crash()
      device.restore(backup)
      world.setBack(device, 'client_restore', 1)
      return reopen(world, device, random)
    }
    case 'server_crash':
      if (random.chance(0.3)) server.crash()
      else server.cutAt(random.pick(['before_write', 'after_write', 'after_ack']))
      return restart(world, random)
    case 'server_restore': {
      if (!world.serverBackup || random.chance(0.4)) {
        world.serverBackup = server.backup()
        return
      }
      server.crash()
      server.restore(world.serverBackup)
      world.used.add('server_restore')
      world.trace.note('server is restored')
      return restart(world, random)
    }
    case 'client_full':
      device.disk.isFull = true
      return soon(world, random, () => {
        device.disk.isFull = false
      })
    case 'server_full':
      server.setFull(true)
      return soon(world, random, () => server.setFull(false))
    case 'client_clock':
      return device.jump(random.chance(0.5) ? jumpMs(random) : random.between(-1, 1) * dayMs)
    case 'server_clock':
      world.used.add('server_clock')
      server.jump(jumpMs(random))
      return soon(world, random, server.rightClock)
    case 'long_offline':
      device.crash()
      world.used.add('long_offline')
      world.trace.note('time leaps')
      return world.leap(random.between(1, 90) * dayMs)
    case 'tabs':
      return void device.open()
    case 'logout':
      return ask(world, device, 'log out', async (client) => {
        const account = client.state().account
        const forget = random.chance(0.2)
        if (forget) world.forgetful.add(device.index)
        await client.logout({ forget })
        if (forget && account.kind === 'signed_in') world.forgotten(device, account.device)
      })
    case 'lost_welcome':
      return loseWelcome(world, device)
    case 'lost_keys':
      for (const key of device.disk.rows.keys())
        if (key.startsWith('keypackage/')) device.disk.rows.delete(key)
      device.disk.keys = null
      world.used.add('lost_keys')
      world.keyless.add(device.index)
      return
    case 'lie_forked':
      return world.fork(random)
    case 'lie_short':
    case 'lie_withheld':
    case 'lie_reordered':
    case 'lie_dropped':
    case 'lie_replaced':
    case 'lie_group_info':
    case 'lie_directory':
    case 'lie_ghost': {
      const lie = lieFor(world, fault, device, random)
      const liar = world.liars[device.index]
      if (!lie || !liar) return
      world.used.add(fault)
      world.lied.add(device.index)
      liar.lies = [...liar.lies, lie]
      world.trace.note(device.name, 'is told', lie.kind)
      device.link.cut()
      world.clock.after(random.between(0, 1000), device.link.mend)
    }
  }
}

const reopen = (world: World, device: Device, random: Random): void => {
  world.clock.after(random.between(200, 20_000), () => {
    if (!device.isUp()) void device.open()
  })
}

const restart = (world: World, random: Random): void => {
  world.clock.after(random.between(200, 20_000), () => {
    world.server.crash()
    world.server.start()
  })
}

/** The server says that it has dealt with a Welcome that nobody has seen. */
const loseWelcome = (world: World, device: Device): void => {
  const account = device.state()?.account
  if (account?.kind !== 'signed_in') return
  const { rooms } = world.server.data()
  for (const [key, room] of rooms) {
    const welcomes = room.welcomes
      .map((one) => ({ ...one, devices: one.devices.filter((id) => id !== account.device) }))
      .filter(({ devices }) => devices.length > 0)
    if (welcomes.length === room.welcomes.length) continue
    rooms.set(key, { ...room, welcomes })
    world.used.add('lost_welcome')
  }
}

const lieFor = (world: World, fault: Fault, device: Device, random: Random): Lie | undefined => {
  const { server } = world
  const other = () => {
    const accounts = [...server.data().accounts.values()].filter(({ name }) => name !== device.name)
    const one = accounts[random.below(Math.max(1, accounts.length))]
    return (
      one && {
        account: { account: one.account, seq: one.seq, head: digest(one.links.at(-1)?.bytes ?? one.account) },
        links: one.links,
      }
    )
  }
  if (fault === 'lie_directory') return falseDirectory('other', other)
  if (fault === 'lie_ghost' && random.chance(0.3)) return falseDirectory('ghost', other)
  const room = random.pick((device.state()?.rooms ?? []).map(({ id }) => id))
  if (room === undefined) return undefined
  if (fault === 'lie_group_info')
    return falseGroupInfo(() => (random.chance(0.5) ? world.groupInfos.get(room)?.at(-2) : undefined))
  const length = server.data().rooms.get(room)?.entries.length ?? 0
  switch (fault) {
    case 'lie_short':
      return rewrittenLog('short', server, room, rewrites.short(length - 1 - random.below(4)))
    case 'lie_withheld':
      return rewrittenLog('withheld', server, room, rewrites.short(length))
    case 'lie_reordered':
      return rewrittenLog('reordered', server, room, rewrites.reordered(length))
    case 'lie_dropped':
      return rewrittenLog('dropped', server, room, rewrites.dropped(length))
    case 'lie_replaced':
      return rewrittenLog('replaced', server, room, rewrites.replaced(length))
    case 'lie_ghost':
      return rewrittenLog(
        'ghost',
        server,
        room,
        rewrites.repeated(length, random.chance(0.5) ? isCommitEntry : () => true),
      )
    default:
      return undefined
  }
}
