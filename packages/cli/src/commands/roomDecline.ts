import { SottoError } from '@sotto/client'
import { Command } from 'commander'
import { invocationOf, withAccount } from '../invocation.ts'
import { withProgress } from '../progress.ts'
import { findRoom } from '../roomName.ts'
import { settledOnline } from '../waiting.ts'

interface Options {
  readonly all?: boolean
}

export const declineCommand = (): Command =>
  new Command('decline')
    .description('decline an invitation, or all of them')
    .argument('[room]', 'the beginning of its id')
    .option('--all', 'all of them')
    .action(async (wanted: string | undefined, { all = false }: Options, command: Command) => {
      if (all === (wanted !== undefined))
        throw new SottoError('bad_request', 'give the id of an invitation, or --all')
      const invocation = invocationOf(command)
      const { output } = invocation
      await withAccount(invocation, async (client) => {
        await settledOnline(client)
        if (wanted === undefined) {
          const { count } = await withProgress(() => 'Declining', client.declineAll({}))
          output.result({ declined: count }, count === 1 ? 'One is declined.' : `${count} are declined.`)
          return
        }
        const { id } = await findRoom(client, wanted)
        await client.decline({ room: id })
        output.result({ room: id, declined: true }, 'The invitation is declined.')
      })
    })
