import { setTimeout as delay } from 'node:timers/promises'
import { parseSlash, SottoError } from '@sotto/client'
import { Command } from 'commander'
import { type Chat, chatCommands, offeredIn, type Outcome } from '../chat/command.ts'
import { openConversation } from '../chat/conversation.ts'
import { openScreen, type Screen } from '../chat/screen.ts'
import { failureText } from '../failureText.ts'
import { type Invocation, invocationOf, withAccount } from '../invocation.ts'
import { tellOutages } from '../outage.ts'
import { type Output, styled } from '../output.ts'
import { printableLine } from '../printable.ts'
import { findRoom, roomTitle } from '../roomName.ts'
import { untilSignal } from '../signals.ts'
import { refuseClosedOutput } from '../written.ts'

/** What could not be delivered by then waits on this device for the next time. */
const drainWithinMs = 120_000

const perform = async (chat: Chat, line: string): Promise<Outcome> => {
  const parsed = parseSlash(line, chatCommands, offeredIn(chat))
  switch (parsed.kind) {
    case 'nothing':
      return 'goes_on'
    case 'text':
      await chat.conversation.say(parsed.text)
      return 'goes_on'
    case 'run':
      return parsed.run(chat, parsed.argument)
    case 'incomplete':
      await chat.screen.show(`/${parsed.name} wants ${parsed.what}; nothing was sent.`)
      return 'goes_on'
    case 'unknown':
      await chat.screen.show(
        `There is no command /${printableLine(parsed.command)}, and nothing was sent. Type /help for a list.`,
      )
      return 'goes_on'
  }
}

const converse = async (chat: Chat): Promise<void> => {
  for await (const line of chat.screen.lines) {
    try {
      if ((await perform(chat, line)) === 'quit') return
    } catch (error) {
      if (!(error instanceof SottoError)) throw error
      await chat.screen.show(styled('yellow', failureText(error)))
    }
  }
}

const welcome = (invocation: Invocation, title: string): void =>
  invocation.output.remark(styled('dim', `${title}, end-to-end encrypted. /help lists commands.`))

/** For people above the prompt; for programs on standard error. */
const noticesOn = (screen: Screen, { output }: Invocation): Pick<Output, 'notice'> =>
  output.format === 'json' ? output : { notice: (_value, text) => screen.remark(text) }

export const chatCommand = (): Command =>
  new Command('chat')
    .description('chat in a room')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .action(async (wanted: string, _options: object, command: Command) => {
      refuseClosedOutput()
      const invocation = invocationOf(command)
      await withAccount({ ...invocation, outages: 'command' }, async (client) => {
        const room = await findRoom(client, wanted)
        welcome(invocation, roomTitle(room))
        const ended = new AbortController()
        const screen = openScreen()
        const stopTelling = tellOutages(client, noticesOn(screen, invocation))
        try {
          const conversation = await openConversation(client, room.id, screen, invocation.output)
          const chat = { client, room: room.id, screen, conversation }
          const interrupted = untilSignal(ended.signal)
          await Promise.race([converse(chat), interrupted, conversation.broken])
          // What a pipe has brought in is delivered before the end; who is in a hurry presses Ctrl+C again.
          const patience = delay(drainWithinMs, undefined, { signal: ended.signal }).catch(() => {})
          await Promise.race([conversation.drained(), patience, untilSignal(ended.signal)])
          conversation.end()
        } finally {
          ended.abort()
          stopTelling()
          screen.close()
        }
      })
    })
