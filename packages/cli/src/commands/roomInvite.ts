import { Command } from 'commander'
import { invocationOf, withAccount } from '../invocation.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { findRoom, roomTitle } from '../roomName.ts'
import { settledOnline } from '../waiting.ts'

export const inviteCommand = (): Command =>
  new Command('invite')
    .description('invite people into a room')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .argument('<name...>', 'whom to invite')
    .action(async (wanted: string, names: readonly string[], _options: object, command: Command) => {
      const invocation = invocationOf(command)
      await withAccount(invocation, async (client) => {
        const room = await findRoom(client, wanted)
        await settledOnline(client)
        for (const name of names) {
          await withProgress(() => `Inviting ${printableLine(name)}`, client.invite({ room: room.id, name }))
          invocation.output.result(
            { room: room.id, invited: name },
            `${printableLine(name)} is invited to ${roomTitle(room)}.`,
          )
        }
      })
    })
