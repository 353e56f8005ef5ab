import { Command } from 'commander'
import { acceptCommand } from './roomAccept.ts'
import { createCommand } from './roomCreate.ts'
import { inviteCommand } from './roomInvite.ts'
import { leaveCommand } from './roomLeave.ts'
import { membersCommand } from './roomMembers.ts'

export const roomCommand = (): Command =>
  new Command('room')
    .description('make, join and leave rooms')
    .addCommand(createCommand())
    .addCommand(inviteCommand())
    .addCommand(acceptCommand())
    .addCommand(leaveCommand())
    .addCommand(membersCommand())
