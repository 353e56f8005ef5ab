import { type AccountView, SottoError } from '@sotto/client'
import { Command } from 'commander'
import { invocationOf, withClient } from '../invocation.ts'
import type { Output } from '../output.ts'
import { printableLine } from '../printable.ts'
import { table } from '../table.ts'

/** @throws SottoError `no_account` */
export const accountResult = (output: Output, account: AccountView): void => {
  switch (account.kind) {
    case 'none':
      throw new SottoError('no_account')
    case 'signed_out': {
      const { name, server } = account
      const rows = [
        ['name', printableLine(name)],
        ['server', server],
        ['session', 'ended; sign in with sotto login'],
      ]
      output.result({ name, server, account: account.account, device: null, signedIn: false }, table(rows))
      return
    }
    case 'signed_in': {
      const { name, server, device } = account
      const rows = [
        ['name', printableLine(name)],
        ['server', server],
        ['account', account.account],
        ['device', device],
      ]
      output.result({ name, server, account: account.account, device, signedIn: true }, table(rows))
      return
    }
  }
}

export const whoamiCommand = (): Command =>
  new Command('whoami')
    .description('show the account of this profile')
    .action(async (_options: object, command: Command) => {
      const invocation = invocationOf(command)
      await withClient(invocation, async (client) => accountResult(invocation.output, client.state().account))
    })
