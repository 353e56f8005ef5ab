import type { Role } from '@sotto/client'
import { Argument, Command } from 'commander'
import { inRoom } from '../inRoom.ts'
import { invocationOf } from '../invocation.ts'
import { findMember } from '../member.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { roomTitle } from '../roomName.ts'

const roles = ['owner', 'admin', 'member', 'guest'] as const satisfies readonly Role[]

export const roleCommand = (): Command =>
  new Command('role')
    .description('change somebody’s role in a room')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .argument('<name>', 'whose role to change')
    .addArgument(new Argument('<role>', 'their new role').choices(roles))
    .action(async (wanted: string, name: string, role: Role, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      await inRoom(invocation, wanted, async (client, room) => {
        const member = await findMember(client, room, name)
        const work = client.setRole({ room: room.id, account: member.account, role })
        await withProgress(() => 'Changing the role', work)
        invocation.output.result(
          { room: room.id, name: member.name, role },
          `${printableLine(member.name)} is ${role} in ${roomTitle(room)}.`,
        )
      })
    })
