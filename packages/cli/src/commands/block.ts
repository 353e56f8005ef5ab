import { Command } from 'commander'
import { invocationOf, withAccount } from '../invocation.ts'
import { printableLine } from '../printable.ts'
import { table } from '../table.ts'
import { settled, settledOnline } from '../waiting.ts'

export const blockCommand = (): Command =>
  new Command('block')
    .description('block somebody: they can no longer invite you, and are not told')
    .argument('<name>', 'whom to block')
    .action(async (name: string, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      await withAccount(invocation, async (client) => {
        await settledOnline(client)
        await client.block({ name })
        invocation.output.result(
          { name, blocked: true },
          `${printableLine(name)} cannot invite you any more.`,
        )
      })
    })

export const unblockCommand = (): Command =>
  new Command('unblock')
    .description('unblock somebody')
    .argument('<name>', 'whom to unblock')
    .action(async (name: string, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      await withAccount(invocation, async (client) => {
        await settledOnline(client)
        await client.unblock({ name })
        invocation.output.result({ name, blocked: false }, `${printableLine(name)} can invite you again.`)
      })
    })

export const blockedCommand = (): Command =>
  new Command('blocked')
    .description('list the people you block')
    .action(async (_options: object, command: Command) => {
      const invocation = invocationOf(command)
      const { output } = invocation
      await withAccount(invocation, async (client) => {
        await settled(client)
        const blocked = await client.blocked({})
        if (output.format === 'json') for (const one of blocked) output.result(one, null)
        else if (blocked.length === 0) output.remark('You are not blocking anyone.')
        else output.result(null, table(blocked.map(({ name, account }) => [printableLine(name), account])))
      })
    })
