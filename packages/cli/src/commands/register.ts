import { Command } from 'commander'
import { newAccountName } from '@sotto/client'
import { invocationOf, withClient } from '../invocation.ts'
import { type InviteOptions, inviteOption, serverFor } from '../inviteOption.ts'
import { type PasswordOptions, readNewPassword } from '../input.ts'
import { joinLine, openRoomNow } from '../openRoom.ts'
import { withProgress } from '../progress.ts'
import { accountResult } from './whoami.ts'

interface Options extends PasswordOptions, InviteOptions {
  readonly server: string
}

/** Where `sotto serve` listens when nothing else is said. */
export const defaultServer = process.env['SOTTO_SERVER'] || 'http://localhost:5000'

export const registerCommand = (): Command =>
  new Command('register')
    .description('create an account, with this device as its first')
    .argument('<name>', 'the name by which others find you')
    .option('--server <url>', 'address of the server', defaultServer)
    .addOption(inviteOption())
    .option('--password-stdin', 'read the password from standard input')
    .action(async (name: string, options: Options, command: Command) => {
      const invocation = invocationOf(command)
      // A name that cannot be had is refused before a password is asked for.
      newAccountName(name)
      const password = await readNewPassword(options)
      await withClient(
        invocation,
        async (client) => {
          await withProgress(
            () => 'Registering',
            client.register({ name, password, invite: options.invite?.key }),
          )
          await accountResult(invocation, client.state().account)
          const open = await openRoomNow(client)
          invocation.output.remark(
            open
              ? `Next: ${joinLine(open)}, which is open to everyone here.`
              : 'Next: sotto room create General, or wait to be invited and see sotto rooms.',
          )
        },
        { server: serverFor(command, options) },
      )
    })
