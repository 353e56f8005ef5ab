import { Command } from 'commander'
import { confirmed } from '../confirmation.ts'
import { invocationOf } from '../invocation.ts'
import { printableLine } from '../printable.ts'
import { table } from '../table.ts'
import { timestamp } from '../time.ts'
import { abuseCommand, limitsCommand } from './adminNumbers.ts'
import { type DataOptions, dataOf, dataOption } from './dataOption.ts'

const timeOrNull = (timeMs: number | null): string | null => (timeMs === null ? null : timestamp(timeMs))
const day = (timeMs: number | null): string => (timeMs === null ? '–' : timestamp(timeMs).slice(0, 10))

const accountsCommand = (): Command =>
  new Command('accounts')
    .description('list the accounts of the server on this machine, of people and of programs')
    .addOption(dataOption())
    .action(async (options: DataOptions, command: Command) => {
      const { output } = invocationOf(command)
      const { administer } = await import('@sotto/server/control')
      const rows: string[][] = []
      for await (const one of administer(dataOf(options), { do: 'accounts' })) {
        const { name, kind, createdMs, seenMs, devices, rooms, bytes, suspendedMs } = one
        const created = timestamp(createdMs)
        const [seen, suspended] = [timeOrNull(seenMs), timeOrNull(suspendedMs)]
        output.result({ name, kind, created, seen, devices, rooms, bytes, suspended }, null)
        const state = suspendedMs === null ? '' : `suspended since ${day(suspendedMs)}`
        const counts = [devices, rooms, bytes].map(String)
        rows.push([printableLine(name), kind, day(createdMs), day(seenMs), ...counts, state])
      }
      if (output.format === 'json') return
      if (rows.length === 0) output.remark('No accounts.')
      else
        output.result(
          null,
          table([['name', 'kind', 'made', 'seen', 'devices', 'rooms', 'bytes', ''], ...rows]),
        )
    })

const suspendCommand = (): Command =>
  new Command('suspend')
    .description('suspend an account: end its sessions and refuse sign-in; nothing is deleted')
    .argument('<name>', 'name of the account')
    .addOption(dataOption())
    .action(async (name: string, options: DataOptions, command: Command) => {
      const { output } = invocationOf(command)
      const { administer } = await import('@sotto/server/control')
      for await (const done of administer(dataOf(options), { do: 'suspend', name }))
        output.result(
          { name: done.name, suspended: true, sessions: done.sessions },
          `${printableLine(done.name)} is suspended; ${done.sessions} sessions and tokens ended or rest.`,
        )
    })

const resumeCommand = (): Command =>
  new Command('resume')
    .description('let a suspended account sign in again')
    .argument('<name>', 'name of the account')
    .addOption(dataOption())
    .action(async (name: string, options: DataOptions, command: Command) => {
      const { output } = invocationOf(command)
      const { administer } = await import('@sotto/server/control')
      for await (const done of administer(dataOf(options), { do: 'resume', name }))
        output.result({ name: done.name, suspended: false }, `${printableLine(done.name)} may sign in again.`)
    })

interface RemoveOptions extends DataOptions {
  readonly yes?: boolean
}

const leavesText = (rooms: number): string =>
  rooms === 0
    ? 'No device of it is in a room.'
    : `Devices of it are in ${rooms} ${rooms === 1 ? 'room' : 'rooms'}: they are disconnected; an admin of each room has to remove them (sotto room remove).`

const removeCommand = (): Command =>
  new Command('remove')
    .description('delete an account for good: sessions, keys for invitations, vault, letters and tokens')
    .argument('<name>', 'name of the account')
    .addOption(dataOption())
    .option('--yes', 'do not ask for confirmation')
    .action(async (name: string, options: RemoveOptions, command: Command) => {
      const { output } = invocationOf(command)
      if (!options.yes)
        await confirmed(`Delete the account ${printableLine(name)}? This cannot be undone.`, {
          unasked: 'without a terminal, this needs --yes',
          no: 'nothing was deleted',
        })
      const { administer } = await import('@sotto/server/control')
      for await (const done of administer(dataOf(options), { do: 'remove', name })) {
        const nameFree = timestamp(done.nameFreeMs)
        output.result(
          { name: done.name, removed: true, sessions: done.sessions, rooms: done.rooms, nameFree },
          `${printableLine(done.name)} is removed. Nobody can have the name before ${nameFree.slice(0, 10)}.`,
        )
        output.remark(leavesText(done.rooms))
      }
    })

export const adminCommand = (): Command =>
  new Command('admin')
    .description('manage accounts and limits of the server on this machine')
    .addCommand(accountsCommand())
    .addCommand(suspendCommand())
    .addCommand(resumeCommand())
    .addCommand(removeCommand())
    .addCommand(limitsCommand())
    .addCommand(abuseCommand())
