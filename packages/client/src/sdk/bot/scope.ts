import type { Message } from '../events.ts'

/**
 * What the handler of a bot gets to see. It is kept by the bot's own program: as a member of the room, the bot's device
 * has the keys to everything said there.
 */
export type BotScope =
  /** Every message of people. */
  | 'all'
  /** What names it (`@name`), and the commands it offers. */
  | 'mentions'
  /** Nothing: it only says things. */
  | 'post'

/** A command of the bot as somebody said it: `/remind 10m tea`. */
export interface BotCommand {
  /** Without the slash. */
  readonly name: string
  /** What stands behind it, without blanks at its ends. */
  readonly argument: string
}

/** Why a message concerns the bot. */
export interface Concern {
  readonly isMentioned: boolean
  readonly command: BotCommand | null
}

/** What may stand in a name: a longer name that begins like this one is another name. */
const nameCharacter = /[\p{L}\p{M}\p{N}_\u200c\u200d]/u
const inName = /^(?:[.-]?[\p{L}\p{N}_]|[\p{M}\u200c\u200d])/u

const folded = (text: string): string => text.normalize('NFKC').toLowerCase()

/** Whether `@name` stands in a text, as a word of its own. */
export const isMentioned = (text: string, name: string): boolean => {
  const where = folded(text)
  const mention = `@${folded(name)}`
  for (let at = where.indexOf(mention); at !== -1; at = where.indexOf(mention, at + 1)) {
    const before = where[at - 1]
    const behind = where.slice(at + mention.length, at + mention.length + 2)
    if ((before === undefined || !nameCharacter.test(before)) && !inName.test(behind)) return true
  }
  return false
}

const spoken = /^\/(?<name>[^\s@]+)(?:@(?<bot>\S+))?(?:\s+(?<argument>[^]*))?$/u

/** The command among `offered` that a text is; null for none, and for one that is meant for another bot. */
export const commandIn = (text: string, bot: string, offered: readonly string[]): BotCommand | null => {
  const { name = '', bot: meant, argument = '' } = spoken.exec(text.trim())?.groups ?? {}
  if (!offered.includes(name) || (meant !== undefined && folded(meant) !== folded(bot))) return null
  return { name, argument: argument.trim() }
}

/**
 * Whether a bot is to see a message, and why. Words of other bots it never sees: two that answer each other would not
 * end.
 */
export const concernOf = (
  { text, sender }: Pick<Message, 'text' | 'sender'>,
  {
    name,
    scope,
    commands,
  }: { readonly name: string; readonly scope: BotScope; readonly commands: readonly string[] },
): Concern | null => {
  if (sender.isBot || sender.own) return null
  const concern = { isMentioned: isMentioned(text, name), command: commandIn(text, name, commands) }
  switch (scope) {
    case 'all':
      return concern
    case 'mentions':
      return concern.isMentioned || concern.command ? concern : null
    case 'post':
      return null
  }
}
