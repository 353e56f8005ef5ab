import type { MemberView } from '@sotto/client'
import { Command } from 'commander'
import { invocationOf, withAccount } from '../invocation.ts'
import { styled } from '../output.ts'
import { printableLine } from '../printable.ts'
import { findRoom } from '../roomName.ts'
import { identityText } from '../roomState.ts'
import { standingText } from '../standing.ts'
import { table } from '../table.ts'
import { settled } from '../waiting.ts'

const row = ({ name, role, own, isBot, identity, isInvited }: MemberView): readonly string[] => [
  styled('bold', printableLine(name)) + (own ? ' (you)' : isBot ? ' (bot)' : ''),
  role,
  isInvited ? styled('dim', 'invited') : '',
  identity === 'changed' ? styled('red', identityText(identity)) : identityText(identity),
]

export const membersCommand = (): Command =>
  new Command('members')
    .description('list the members of a room')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .action(async (wanted: string, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      const { output } = invocation
      await withAccount(invocation, async (client) => {
        const room = await findRoom(client, wanted)
        const standing = await settled(client)
        const members = await client.members({ room: room.id })
        if (output.format === 'json')
          for (const member of members) output.result({ room: room.id, ...member }, null)
        else output.result(null, table(members.map(row)))
        const remark = standingText(standing, client.state())
        if (remark) output.remark(remark)
      })
    })
