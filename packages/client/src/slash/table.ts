/**
 * What can be said with a slash in front, in every place where one writes. A command runs in the client of the one who
 * types it; the others see nothing but what comes of it.
 */
export type SlashName = 'me' | 'shrug' | 'invite' | 'members' | 'leave' | 'help' | 'quit'

/** Where one writes. */
export type SlashPlace = 'web' | 'terminal'

/** What stands behind a command. */
export type SlashSubject = 'TEXT' | 'NAME'

export type SlashArgument =
  | { readonly kind: 'none' }
  | { readonly kind: 'optional'; readonly what: SlashSubject }
  | { readonly kind: 'needed'; readonly what: SlashSubject }

export interface SlashCommand {
  readonly name: SlashName
  /** Shorter ways to say it. */
  readonly aliases: readonly string[]
  readonly argument: SlashArgument
  readonly places: readonly SlashPlace[]
  readonly summary: string
}

const everywhere: readonly SlashPlace[] = ['web', 'terminal']
const none: SlashArgument = { kind: 'none' }

/** In the order in which help shows them. */
export const slashCommands: readonly SlashCommand[] = [
  {
    name: 'me',
    aliases: [],
    argument: { kind: 'needed', what: 'TEXT' },
    places: everywhere,
    summary: 'say what you do, in italics',
  },
  {
    name: 'shrug',
    aliases: [],
    argument: { kind: 'optional', what: 'TEXT' },
    places: everywhere,
    summary: 'put ¯\\_(ツ)_/¯ behind a text',
  },
  {
    name: 'invite',
    aliases: [],
    argument: { kind: 'needed', what: 'NAME' },
    places: everywhere,
    summary: 'invite somebody',
  },
  { name: 'members', aliases: [], argument: none, places: everywhere, summary: 'who is in the room' },
  { name: 'leave', aliases: [], argument: none, places: everywhere, summary: 'leave the room' },
  { name: 'help', aliases: ['?'], argument: none, places: everywhere, summary: 'what can be said here' },
  {
    name: 'quit',
    aliases: ['q'],
    argument: none,
    places: ['terminal'],
    summary: 'end the conversation (Ctrl+C, Ctrl+D)',
  },
]

/** A command that a bot in the room listens to. */
export interface OfferedCommand {
  /** Without the slash. */
  readonly name: string
  readonly summary: string
  /** Name of the bot. */
  readonly bot: string
}

/** The commands that are there in one place. */
export const slashCommandsIn = (place: SlashPlace): readonly SlashCommand[] =>
  slashCommands.filter(({ places }) => places.includes(place))
