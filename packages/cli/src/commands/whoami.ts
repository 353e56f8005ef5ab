import { type AccountView, SottoError } from '@sotto/client'
import { Command } from 'commander'
import { type Invocation, invocationOf, withClient } from '../invocation.ts'
import { placeTexts } from '../keyMeans.ts'
import { printableLine } from '../printable.ts'
import { table } from '../table.ts'

/** Shows the account, and where its keys lie. @throws SottoError `no_account` */
export const accountResult = async (
  { output, profile }: Pick<Invocation, 'output' | 'profile'>,
  account: AccountView,
): Promise<void> => {
  const { keysOfProfile } = await import('@sotto/client/node')
  const { device: keys } = keysOfProfile(profile)
  const keyRows = keys === null ? [] : [['keys', placeTexts[keys]]]
  switch (account.kind) {
    case 'none':
      throw new SottoError('no_account')
    case 'signed_out': {
      const { name, server } = account
      const rows = [
        ['name', printableLine(name)],
        ['server', server],
        ['session', 'ended; sign in with sotto login'],
        ...keyRows,
      ]
      const value = { name, server, account: account.account, device: null, signedIn: false, keys }
      output.result(value, table(rows))
      return
    }
    case 'signed_in': {
      const { name, server, device } = account
      const rows = [
        ['name', printableLine(name)],
        ['server', server],
        ['account', account.account],
        ['device', device],
        ...keyRows,
      ]
      output.result({ name, server, account: account.account, device, signedIn: true, keys }, table(rows))
      return
    }
  }
}

export const whoamiCommand = (): Command =>
  new Command('whoami')
    .description('show the account of this profile')
    .action(async (_options: object, command: Command) => {
      const invocation = invocationOf(command)
      await withClient(invocation, async (client) => accountResult(invocation, client.state().account))
    })
