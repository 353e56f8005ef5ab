import { SottoError } from '@sotto/client'
import { Command } from 'commander'
import { invocationOf, withClient } from '../invocation.ts'
import { type PasswordOptions, readPassword } from '../input.ts'
import { withProgress } from '../progress.ts'
import { accountResult } from './whoami.ts'

export const loginCommand = (): Command =>
  new Command('login')
    .description('sign in again with the account of this profile')
    .argument('[name]', 'the name of the account; not needed where the profile knows it')
    .option('--password-stdin', 'read the password from standard input')
    .action(async (name: string | undefined, options: PasswordOptions, command: Command) => {
      const invocation = invocationOf(command)
      await withClient(invocation, async (client) => {
        const { account } = client.state()
        if (account.kind === 'none') throw new SottoError('no_account')
        const password = await readPassword(options)
        await withProgress(() => 'Signing in', client.login({ name: name ?? account.name, password }))
        accountResult(invocation.output, client.state().account)
      })
    })
