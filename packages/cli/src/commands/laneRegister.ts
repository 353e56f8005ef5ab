import { Command } from 'commander'
import { invocationOf } from '../invocation.ts'
import { type EnrolmentOptions, enrolmentOf, keyOption, serverOption, signOption } from '../lane/options.ts'

export const laneRegisterCommand = (): Command =>
  new Command('register')
    .description('make a program account; its keys and its password are made here and stay here')
    .argument('<name>', 'name of the program')
    .addOption(serverOption())
    .addOption(keyOption())
    .addOption(signOption())
    .action(async (name: string, options: EnrolmentOptions, command: Command) => {
      const { output, profile } = invocationOf(command)
      const { enrol } = await import('../lane/enroll.ts')
      const { accountRecord } = await import('../lane/accountRecord.ts')
      await enrol(profile, enrolmentOf(name, options))
      await accountRecord(output, profile, name)
    })
