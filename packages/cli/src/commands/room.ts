import { Command } from 'commander'
import { acceptCommand } from './roomAccept.ts'
import { createCommand } from './roomCreate.ts'
import { declineCommand } from './roomDecline.ts'
import { deleteCommand } from './roomDelete.ts'
import { joinCommand } from './roomJoin.ts'
import { closeCommand, openCommand } from './roomOpen.ts'
import { inviteCommand } from './roomInvite.ts'
import { leaveCommand } from './roomLeave.ts'
import { membersCommand } from './roomMembers.ts'
import { refoundCommand } from './roomRefound.ts'
import { rejoinCommand } from './roomRejoin.ts'
import { removeCommand } from './roomRemove.ts'
import { roleCommand } from './roomRole.ts'

export const roomCommand = (): Command =>
  new Command('room')
    .description('create, join, manage, repair, leave and delete rooms')
    .addCommand(createCommand())
    .addCommand(joinCommand())
    .addCommand(inviteCommand())
    .addCommand(acceptCommand())
    .addCommand(declineCommand())
    .addCommand(openCommand())
    .addCommand(closeCommand())
    .addCommand(leaveCommand())
    .addCommand(deleteCommand())
    .addCommand(membersCommand())
    .addCommand(removeCommand())
    .addCommand(roleCommand())
    .addCommand(rejoinCommand())
    .addCommand(refoundCommand())
