import { normalizeName, SottoError } from '@sotto/client'
import type { Credentials } from '@sotto/lane'
import { Command } from 'commander'
import { firstLine } from '../lines.ts'
import { invocationOf } from '../invocation.ts'
import { type EnrolmentOptions, enrolmentOf, keyOption, serverOption, signOption } from '../lane/options.ts'

interface Options extends EnrolmentOptions {
  readonly tokenStdin?: boolean
  readonly passwordStdin?: boolean
}

const credentialsOf = async (given: string, options: Options): Promise<Credentials> => {
  const name = normalizeName(given)
  if (options.tokenStdin) return { kind: 'token', name, token: await firstLine() }
  if (options.passwordStdin) return { kind: 'program', name, password: await firstLine() }
  throw new SottoError('bad_request', 'give --token-stdin or --password-stdin')
}

export const laneLoginCommand = (): Command =>
  new Command('login')
    .description('use an existing account, by access token or password; it gets a new public key')
    .argument('<name>', 'name of the account')
    .addOption(serverOption())
    .option('--token-stdin', 'read an access token (sotto token create) from standard input')
    .option('--password-stdin', 'read the password of a program account from standard input')
    .addOption(keyOption())
    .addOption(signOption())
    .action(async (name: string, options: Options, command: Command) => {
      const { output, profile } = invocationOf(command)
      const { adopt } = await import('../lane/enroll.ts')
      const { accountRecord } = await import('../lane/accountRecord.ts')
      await adopt(profile, enrolmentOf(name, options), await credentialsOf(name, options))
      await accountRecord(output, profile, name)
    })
