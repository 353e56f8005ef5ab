import { Command } from 'commander'
import { findHook } from '../hookName.ts'
import { inRoom } from '../inRoom.ts'
import { invocationOf } from '../invocation.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { roomTitle } from '../roomName.ts'

export const hookRevokeCommand = (): Command =>
  new Command('revoke')
    .description('remove a hook for good; admins and owners only')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .argument('<hook>', 'name of the hook, or the beginning of its id')
    .action(async (wanted: string, named: string, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      await inRoom(invocation, wanted, async (client, room) => {
        const { hook, name } = await findHook(client, room, named)
        await withProgress(() => 'Removing the hook', client.revokeHook({ room: room.id, hook }))
        invocation.output.result(
          { room: room.id, hook, revoked: true },
          `hook ${printableLine(name ?? hook)} can no longer post to ${roomTitle(room)}.`,
        )
      })
    })
