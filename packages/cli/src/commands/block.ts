import { Command } from 'commander'
import { invocationOf, withAccount } from '../invocation.ts'
import { printableLine } from '../printable.ts'
import { table } from '../table.ts'
import { settled, settledOnline } from '../waiting.ts'

export const blockCommand = (): Command =>
  new Command('block')
    .description('let nobody of that name invite you any more; they are not told')
    .argument('<name>', 'whose invitations you do not want')
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
    .description('let somebody invite you again')
    .argument('<name>', 'who was blocked')
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
    .description('list whose invitations you do not want')
    .action(async (_options: object, command: Command) => {
      const invocation = invocationOf(command)
      const { output } = invocation
      await withAccount(invocation, async (client) => {
        await settled(client)
        const blocked = await client.blocked({})
        if (output.format === 'json') for (const one of blocked) output.result(one, null)
        else if (blocked.length === 0) output.remark('You block nobody.')
        else output.result(null, table(blocked.map(({ name, account }) => [printableLine(name), account])))
      })
    })
