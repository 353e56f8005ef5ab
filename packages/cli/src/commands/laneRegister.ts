import { Command } from 'commander'
import { invocationOf } from '../invocation.ts'
import { type InviteOptions, inviteOption, serverFor } from '../inviteOption.ts'
import { type EnrolmentOptions, enrolmentOf, keyOption, serverOption, signOption } from '../lane/options.ts'

export const laneRegisterCommand = (): Command =>
  new Command('register')
    .description('create a program account; its keys and its password are created here and stay here')
    .argument('<name>', 'name of the program')
    .addOption(serverOption())
    .addOption(keyOption())
    .addOption(signOption())
    .addOption(inviteOption())
    .action(async (name: string, options: EnrolmentOptions & InviteOptions, command: Command) => {
      const { output, profile } = invocationOf(command)
      const { enrol } = await import('../lane/enroll.ts')
      const { accountRecord } = await import('../lane/accountRecord.ts')
      const server = serverFor(command, { ...options, server: options.server })
      await enrol(profile, { ...enrolmentOf(name, { ...options, server }), invite: options.invite?.key })
      await accountRecord(output, profile, name)
    })
