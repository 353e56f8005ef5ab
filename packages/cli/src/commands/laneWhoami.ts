import { Command } from 'commander'
import { invocationOf } from '../invocation.ts'

export const laneWhoamiCommand = (): Command =>
  new Command('whoami')
    .description('show the programs of this profile, and the fingerprints for others to compare')
    .action(async (_options: object, command: Command) => {
      const { output, profile } = invocationOf(command)
      const { laneNames } = await import('../lane/account.ts')
      const { accountRecord } = await import('../lane/accountRecord.ts')
      const names = await laneNames(profile)
      for (const name of names) await accountRecord(output, profile, name)
      if (names.length === 0)
        output.remark('No program yet. Create one: sotto lane register NAME --server URL')
    })
