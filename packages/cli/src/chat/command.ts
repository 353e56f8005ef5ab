import { type Client, me, type OfferedCommand, shrug, type SlashCommand, slashHelp } from '@sotto/client'
import { sayingIfLate } from '../arrival.ts'
import { printableLine } from '../printable.ts'
import { identityText } from '../roomState.ts'
import { table } from '../table.ts'
import type { Conversation } from './conversation.ts'
import type { Screen } from './screen.ts'

/** A room that is being talked in. */
export interface Chat {
  readonly client: Client
  readonly room: string
  readonly screen: Screen
  readonly conversation: Conversation
}

export type Outcome = 'goes_on' | 'quit'

type Run = (chat: Chat, argument: string) => Promise<Outcome>

type ChatCommand = SlashCommand<Run> & { readonly summary: string }

export const offeredIn = ({ client, room }: Chat): readonly OfferedCommand[] =>
  client.state().rooms.find(({ id }) => id === room)?.commands ?? []

/** What can be said in a conversation, as its help shows it. */
const chatHelp = (offered: readonly OfferedCommand[]): string => {
  const lines = slashHelp(chatCommands, offered)
  const width = Math.max(...lines.map(({ said }) => said.length))
  return lines.map(({ said, does }) => `${said.padEnd(width + 2)}${printableLine(does)}`).join('\n')
}

const invite: Run = async ({ client, room, screen }, name) => {
  await sayingIfLate(client.invite({ room, name }), (text) => void screen.show(text))
  await screen.show(`${printableLine(name)} is invited.`)
  return 'goes_on'
}

const members: Run = async ({ client, room, screen }) => {
  const all = await client.members({ room })
  await screen.show(
    table(
      all.map(({ name, role, own, isBot, identity }) => [
        `  ${printableLine(name)}${own ? ' (you)' : isBot ? ' (bot)' : ''}`,
        role,
        identityText(identity),
      ]),
    ),
  )
  return 'goes_on'
}

const leave: Run = async ({ client, room, screen, conversation }) => {
  await conversation.drained()
  await client.leave({ room })
  await screen.show('You have left the room.')
  return 'quit'
}

const help: Run = async (chat) => {
  await chat.screen.show(chatHelp(offeredIn(chat)))
  return 'goes_on'
}

const quit: Run = async () => 'quit'

const none = { kind: 'none' } as const
const runs = (run: Run) => ({ kind: 'runs', run }) as const

/** What a terminal understands with a slash in front, in the order of its help. */
export const chatCommands: readonly ChatCommand[] = [
  { ...me, summary: 'describe what you are doing, in italics' },
  { ...shrug, summary: 'add ¯\\_(ツ)_/¯ to your text' },
  {
    name: 'invite',
    aliases: [],
    argument: { kind: 'needed', what: 'NAME' },
    deed: runs(invite),
    summary: 'invite somebody',
  },
  { name: 'members', aliases: [], argument: none, deed: runs(members), summary: 'show who is in the room' },
  { name: 'leave', aliases: [], argument: none, deed: runs(leave), summary: 'leave the room' },
  { name: 'help', aliases: ['?'], argument: none, deed: runs(help), summary: 'show the commands' },
  {
    name: 'quit',
    aliases: ['q'],
    argument: none,
    deed: runs(quit),
    summary: 'end the conversation (Ctrl+C, Ctrl+D)',
  },
]
