import { Command } from 'commander'
import { inRoom } from '../inRoom.ts'
import { invocationOf } from '../invocation.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { roomTitle } from '../roomName.ts'

export const inviteCommand = (): Command =>
  new Command('invite')
    .description('invite people into a room')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .argument('<name...>', 'whom to invite')
    .action(async (wanted: string, names: readonly string[], _options: object, command: Command) => {
      const invocation = invocationOf(command)
      await inRoom(invocation, wanted, async (client, room) => {
        for (const name of names) {
          await withProgress(() => `Inviting ${printableLine(name)}`, client.invite({ room: room.id, name }))
          invocation.output.result(
            { room: room.id, invited: name },
            `${printableLine(name)} is invited to ${roomTitle(room)}.`,
          )
        }
      })
    })
