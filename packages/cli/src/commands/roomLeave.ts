import { Command } from 'commander'
import { inRoom } from '../inRoom.ts'
import { invocationOf } from '../invocation.ts'
import { withProgress } from '../progress.ts'
import { roomTitle } from '../roomName.ts'

export const leaveCommand = (): Command =>
  new Command('leave')
    .description('leave a room, or decline an invitation')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .action(async (wanted: string, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      await inRoom(invocation, wanted, async (client, room) => {
        if (room.state.kind === 'invited') {
          await client.decline({ room: room.id })
          invocation.output.result({ room: room.id, declined: true }, 'The invitation is declined.')
          return
        }
        await withProgress(() => 'Leaving', client.leave({ room: room.id }))
        invocation.output.result({ room: room.id, left: true }, `You have left ${roomTitle(room)}.`)
        // A device for which the room is frozen, or that has lost its place, can say nothing in it.
        if (room.state.kind === 'frozen' || room.state.kind === 'repairing')
          invocation.output.remark(
            'This device could not tell the others: they see you as a member until one of them removes you.',
          )
        invocation.output.remark(
          `You can still read it on this device. To delete it: sotto room delete ${room.id.slice(0, 8)}`,
        )
      })
    })
