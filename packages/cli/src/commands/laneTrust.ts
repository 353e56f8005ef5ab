import { Command } from 'commander'
import { asOption } from '../lane/asOption.ts'

export const laneTrustCommand = (): Command =>
  new Command('trust')
    .description('show the fingerprint of somebody’s key, or trust the one that you have compared')
    .argument('<name>', 'whose key')
    .argument(
      '[fingerprint]',
      'the fingerprint as that person or program gave it to you, over another channel',
    )
    .option(...asOption)
    .action(async (name: string, fingerprint: string | undefined, _options: object, command: Command) => {
      // Loaded where it is needed: other commands start without it.
      const { withLane } = await import('../lane/open.ts')
      await withLane(command, { messages: 'keep' }, async (lane, { output }) => {
        if (fingerprint !== undefined) await lane.trust(name, fingerprint)
        const believed = await lane.fingerprintOf(name)
        output.result({ name, fingerprint: believed }, believed)
      })
    })
