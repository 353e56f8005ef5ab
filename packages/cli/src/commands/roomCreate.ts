import { Command } from 'commander'
import { invocationOf, withAccount } from '../invocation.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { settledOnline } from '../waiting.ts'

export const createCommand = (): Command =>
  new Command('create')
    .description('make a room; its name is encrypted, too')
    .argument('<name>')
    .action(async (name: string, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      await withAccount(invocation, async (client) => {
        await settledOnline(client)
        const { room } = await withProgress(() => 'Creating the room', client.createRoom({ name }))
        invocation.output.result({ room, name }, `${printableLine(name)} is there (${room.slice(0, 8)}).`)
        invocation.output.remark(`Next: sotto room invite ${JSON.stringify(name)} NAME`)
      })
    })
