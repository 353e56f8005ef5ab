import { limits, titleOf } from '@sotto/client'
import { Command } from 'commander'
import { invocationOf, withAccount } from '../invocation.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { settledOnline } from '../waiting.ts'

/** What the room is called from now on, as `rooms` tells it; of what is no title there is no room. */
const storedName = (written: string): string => {
  const read = titleOf(written, limits.roomNameCharactersMax)
  return read.kind === 'title' ? read.title : written
}

export const createCommand = (): Command =>
  new Command('create')
    .description('make a room; its name is encrypted, too')
    .argument('<name>')
    .action(async (written: string, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      await withAccount(invocation, async (client) => {
        await settledOnline(client)
        const { room } = await withProgress(() => 'Creating the room', client.createRoom({ name: written }))
        const name = storedName(written)
        invocation.output.result({ room, name }, `${printableLine(name)} is there (${room.slice(0, 8)}).`)
        invocation.output.remark(`Next: sotto room invite ${JSON.stringify(name)} NAME`)
      })
    })
