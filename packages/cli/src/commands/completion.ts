import { Argument, Command } from 'commander'
import { standardOutput } from '../written.ts'
import { commandTable } from '../shell/commandTable.ts'
import { completionScript, type Shell, shells } from '../shell/completion.ts'

const rootOf = (command: Command): Command => (command.parent ? rootOf(command.parent) : command)

export const completionCommand = (): Command =>
  new Command('completion')
    .description('print the completion script for a shell')
    .addArgument(new Argument('<shell>', 'for which shell').choices(shells))
    .action((shell: Shell, _options: object, command: Command) => {
      void standardOutput.put(completionScript(commandTable(rootOf(command)), shell))
    })
