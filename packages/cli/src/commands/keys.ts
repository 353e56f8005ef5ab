import { SottoError } from '@sotto/client'
import type { KeyPlace } from '@sotto/client/node'
import { Argument, Command } from 'commander'
import { type Invocation, invocationOf } from '../invocation.ts'
import { keyMeans, placeTexts } from '../keyMeans.ts'
import { table } from '../table.ts'

/** Shows where the keys of a profile lie. @throws SottoError `no_account` */
const showKeys = async ({ profile, output }: Invocation): Promise<void> => {
  const { keysOfProfile } = await import('@sotto/client/node')
  const { device, lane } = keysOfProfile(profile)
  if (device === null && lane === null) throw new SottoError('no_account')
  const rows = [
    ...(device === null ? [] : [['keys', placeTexts[device]]]),
    ...(lane === null ? [] : [['keys of programs', placeTexts[lane]]]),
  ]
  output.result({ keys: device, laneKeys: lane }, table(rows))
}

const moveCommand = (): Command =>
  new Command('move')
    .description('move the keys of this profile, or change their passphrase')
    .addArgument(new Argument('<place>', 'where').choices(['keystore', 'passphrase', 'file']))
    .action(async (place: KeyPlace, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      const { moveKeys } = await import('@sotto/client/node')
      await moveKeys(invocation.profile, place, await keyMeans())
      await showKeys(invocation)
      if (place !== 'file')
        invocation.output.remark('Earlier copies of this profile can still be opened as before.')
    })

const showCommand = (): Command =>
  new Command('show')
    .description('show where the keys of this profile are kept')
    .action(async (_options: object, command: Command) => showKeys(invocationOf(command)))

export const keysCommand = (): Command =>
  new Command('keys')
    .description('where the keys of this profile are kept')
    .addCommand(showCommand())
    .addCommand(moveCommand())
