import { confirm, isCancel } from '@clack/prompts'
import { SottoError } from '@sotto/client'
import { Command } from 'commander'
import { invocationOf, withClient } from '../invocation.ts'
import { withProgress } from '../progress.ts'

interface Options {
  readonly forget?: boolean
  readonly yes?: boolean
}

const confirmForgetting = async (): Promise<void> => {
  if (!process.stdin.isTTY)
    throw new SottoError('bad_request', 'erasing needs --yes where nobody can be asked')
  const answer = await confirm({
    message: 'Erase the keys and the messages of this device? They cannot be had back.',
    initialValue: false,
    output: process.stderr,
  })
  if (isCancel(answer) || !answer) throw new SottoError('bad_request', 'nothing was erased')
}

export const logoutCommand = (): Command =>
  new Command('logout')
    .description('end the session of this device')
    .option('--forget', 'erase the keys and the messages of this device, too')
    .option('--yes', 'do not ask before erasing')
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
