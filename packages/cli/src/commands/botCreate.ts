import { newAccountName, registerBot } from '@sotto/client'
import { Command } from 'commander'
import { invocationOf, withClient } from '../invocation.ts'
import { type InviteOptions, inviteOption, serverFor } from '../inviteOption.ts'
import { withProgress } from '../progress.ts'
import { defaultServer } from './register.ts'
import { accountResult } from './whoami.ts'

interface Options extends InviteOptions {
  readonly server: string
}

export const botCreateCommand = (): Command =>
  new Command('create')
    .description('create the account of a bot in this profile; the bot needs no password')
    .argument('<name>', 'the name by which others invite it')
    .option('--server <url>', 'address of the server', defaultServer)
    .addOption(inviteOption())
    .action(async (name: string, options: Options, command: Command) => {
      const invocation = invocationOf(command)
      newAccountName(name)
      const { newId } = await import('@sotto/client/node')
      await withClient(
        invocation,
        async (client) => {
          await withProgress(() => 'Registering', registerBot({ client, newId }, name, options.invite?.key))
          await accountResult(invocation, client.state().account)
          invocation.output.remark('Next: sotto bot run --exec PROGRAM, with the same --profile.')
        },
        { server: serverFor(command, options), deviceKind: 'bot' },
      )
    })
