import { Command } from 'commander'
import { inRoom } from '../inRoom.ts'
import { invocationOf } from '../invocation.ts'
import { findMember } from '../member.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { roomTitle } from '../roomName.ts'

export const removeCommand = (): Command =>
  new Command('remove')
    .description('remove somebody from a room; the room gets new keys')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .argument('<name>', 'whom to remove')
    .action(async (wanted: string, name: string, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      await inRoom(invocation, wanted, async (client, room) => {
        const member = await findMember(client, room, name)
        const work = client.removeMember({ room: room.id, account: member.account })
        await withProgress(() => `Removing ${printableLine(member.name)}`, work)
        invocation.output.result(
          { room: room.id, removed: member.name },
          `${printableLine(member.name)} is no longer in ${roomTitle(room)}.`,
        )
      })
    })
