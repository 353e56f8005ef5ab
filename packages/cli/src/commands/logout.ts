import { SottoError } from '@sotto/client'
import { Command } from 'commander'
import { confirmed } from '../confirmation.ts'
import { invocationOf, withClient } from '../invocation.ts'
import { withProgress } from '../progress.ts'

interface Options {
  readonly forget?: boolean
  readonly yes?: boolean
}

const confirmForgetting = (): Promise<void> =>
  confirmed('Erase the keys and messages of this device? This cannot be undone.', {
    unasked: 'without a terminal, erasing needs --yes',
    no: 'nothing was erased',
  })

export const logoutCommand = (): Command =>
  new Command('logout')
    .description('end the session of this device')
    .option('--forget', 'also erase the keys and messages of this device')
    .option('--yes', 'do not ask for confirmation')
    .action(async ({ forget = false, yes = false }: Options, command: Command) => {
      const invocation = invocationOf(command)
      if (forget && !yes) await confirmForgetting()
      await withClient(invocation, async (client) => {
        if (client.state().account.kind === 'none') throw new SottoError('no_account')
        await withProgress(() => 'Signing out', client.logout({ forget }))
        invocation.output.result(
          { signedIn: false, forgotten: forget },
          forget ? 'Signed out and forgotten.' : 'Signed out.',
        )
      })
    })
