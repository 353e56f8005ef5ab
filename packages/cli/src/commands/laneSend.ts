import type { ContentAlgorithm, Lane } from '@sotto/lane'
import { Command, Option } from 'commander'
import { asOption } from '../lane/asOption.ts'
import { roomNamed } from '../lane/roomNamed.ts'
import type { Output } from '../output.ts'
import { withProgress } from '../progress.ts'
import { textsOf } from '../texts.ts'

interface Options {
  readonly room?: boolean
  readonly whole?: boolean
  readonly enc: ContentAlgorithm
}

/** Sends to a person or program, or into a room. */
const senderOf = async (lane: Lane, to: string, isRoom: boolean, output: Output) => {
  if (!isRoom)
    return async (text: string): Promise<void> => {
      const { id } = await lane.send(to, text)
      output.result({ to, id }, null)
    }
  const room = await lane.joinRoom(await roomNamed(to, lane.rooms))
  return async (text: string): Promise<void> => {
    const { id } = await lane.sendToRoom(room, text)
    output.result({ room, id }, null)
  }
}

export const laneSendCommand = (): Command =>
  new Command('send')
    .description('send a text, or each line of standard input, end to end encrypted and signed')
    .argument(
      '<to>',
      'name of the recipient; with --room, name or number of a classic room, also as name:NAME or id:NUMBER',
    )
    .argument('[text]', 'the message; without it, each line of standard input that is not blank is a message')
    .option('--room', 'into a classic room, which is joined first')
    .option('--whole', 'send all of standard input as one message, with its line breaks')
    .addOption(
      new Option('--enc <cipher>', 'of the envelope')
        .choices(['A256GCM', 'A256CBC-HS512'])
        .default('A256GCM'),
    )
    .option(...asOption)
    .action(async (to: string, text: string | undefined, options: Options, command: Command) => {
      // Loaded where it is needed: other commands start without it.
      const { withLane } = await import('../lane/open.ts')
      await withLane(command, { messages: 'keep', enc: options.enc }, async (lane, { output }) => {
        const send = await senderOf(lane, to, options.room ?? false, output)
        let sent = 0
        const work = async (): Promise<void> => {
          for await (const one of textsOf({ text, whole: options.whole ?? false }, output)) {
            await send(one)
            sent += 1
          }
        }
        await withProgress(() => `Sending, ${sent} done`, work())
        output.remark(`${sent === 1 ? 'Sent' : `${sent} messages sent`} to ${to}.`)
      })
    })
