import { Command } from 'commander'
import { botCreateCommand } from './botCreate.ts'
import { botRunCommand } from './botRun.ts'

export const botCommand = (): Command =>
  new Command('bot')
    .description('create and run bots: members that are programs, in any language')
    .addCommand(botCreateCommand())
    .addCommand(botRunCommand())
