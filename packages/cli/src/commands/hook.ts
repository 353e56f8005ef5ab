import { Command } from 'commander'
import { hookCreateCommand } from './hookCreate.ts'
import { hookForwardCommand } from './hookForward.ts'
import { hookListCommand } from './hookList.ts'
import { hookRevokeCommand } from './hookRevoke.ts'

export const hookCommand = (): Command =>
  new Command('hook')
    .description('let scripts post to rooms, end-to-end encrypted')
    .addCommand(hookCreateCommand())
    .addCommand(hookListCommand())
    .addCommand(hookRevokeCommand())
    .addCommand(hookForwardCommand())
