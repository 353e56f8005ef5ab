import { Command } from 'commander'
import { standardOutput } from '../written.ts'
import { commandTable } from '../shell/commandTable.ts'
import { manualPage } from '../shell/manual.ts'

const rootOf = (command: Command): Command => (command.parent ? rootOf(command.parent) : command)

export const manCommand = (): Command =>
  new Command('man')
    .description('print the manual page: sotto man | man -l -')
    .action((_options: object, command: Command) => {
      void standardOutput.put(manualPage(commandTable(rootOf(command))))
    })
