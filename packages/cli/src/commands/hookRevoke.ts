import { Command } from 'commander'
import { findHook } from '../hookName.ts'
import { invocationOf, withAccount } from '../invocation.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { findRoom, roomTitle } from '../roomName.ts'
import { settledOnline } from '../waiting.ts'

export const hookRevokeCommand = (): Command =>
  new Command('revoke')
    .description('end a hook for good; admins and owners only')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .argument('<hook>', 'name of the hook, or the beginning of its id')
    .action(async (wanted: string, named: string, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      await withAccount(invocation, async (client) => {
        const room = await findRoom(client, wanted)
        await settledOnline(client)
        const { hook, name } = await findHook(client, room, named)
        await withProgress(() => 'Revoking the hook', client.revokeHook({ room: room.id, hook }))
        invocation.output.result(
          { room: room.id, hook, revoked: true },
          `hook ${printableLine(name ?? hook)} posts no more into ${roomTitle(room)}.`,
        )
      })
    })
