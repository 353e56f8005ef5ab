import { emojiOf, SottoError } from '@sotto/client'
import { Command } from 'commander'
import { inRoom } from '../inRoom.ts'
import { invocationOf } from '../invocation.ts'
import { seqOf, timeoutMsOf } from '../numberOptions.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { messageAt, reactAndWait } from '../reactions.ts'
import { whileSignedIn } from '../waiting.ts'

const patienceS = 120

interface Options {
  readonly message?: string
  readonly takeBack?: boolean
  readonly timeout: string
}

export const reactCommand = (): Command =>
  new Command('react')
    .description('react to a message with an emoji')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .argument('<emoji>', 'one emoji')
    .option('--message <seq>', 'the message, by its number in the room (seq); without it, the newest one')
    .option('--take-back', 'take the reaction back')
    .option(
      '--timeout <seconds>',
      'how long to wait for a server that does not answer; 0: for ever',
      String(patienceS),
    )
    .action(async (wanted: string, text: string, options: Options, command: Command) => {
      const invocation = invocationOf(command)
      const emoji = emojiOf(text)
      if (emoji === undefined) throw new SottoError('bad_request', 'a reaction is one emoji')
      const seq = options.message === undefined ? undefined : seqOf(options.message)
      const patienceMs = timeoutMsOf(options.timeout)
      const isOn = options.takeBack !== true
      await inRoom(invocation, wanted, async (client, { id: room }) => {
        const message = await messageAt(client, room, seq)
        const work = reactAndWait(client, message, { room, emoji, isOn }, patienceMs)
        await withProgress(() => 'Sending', whileSignedIn(client, work))
        const whose = message.sender.own ? 'your message' : `what ${printableLine(message.sender.name)} said`
        invocation.output.result(
          { room, id: message.id, seq: message.seq, emoji, isOn },
          isOn ? `${emoji} stands with ${whose}.` : `${emoji} is gone from ${whose}.`,
        )
      })
    })
