import { type CborValue, encodeCanonical, limits, shownTitle, SottoError, titleOf } from '@sotto/protocol'
import type { ContentType } from '../contentType.ts'
import { receiveOffer } from './receiveOffer.ts'

/** A command of a bot, as others may say it with a slash in front. */
export interface BotCommandOffer {
  readonly name: string
  readonly summary: string
}

const commandName = /^[a-z0-9][a-z0-9_-]{0,31}$/

const isOffer = ({ name, summary }: BotCommandOffer): boolean =>
  commandName.test(name) &&
  summary.length <= limits.botCommandSummaryCharactersMax &&
  summary.isWellFormed() &&
  !/\p{Cc}/u.test(summary)

/** What a new offer has to be, beyond what those of before are: nothing in it that is not seen. */
const isTitled = ({ summary }: BotCommandOffer): boolean =>
  summary === '' || titleOf(summary, limits.botCommandSummaryCharactersMax).kind === 'title'

const shownOffer = ({ name, summary }: BotCommandOffer): BotCommandOffer => ({
  name,
  summary: shownTitle(summary, limits.botCommandSummaryCharactersMax),
})

const areOffers = (commands: readonly BotCommandOffer[]): boolean =>
  commands.length <= limits.botCommandsMax &&
  commands.every(isOffer) &&
  new Set(commands.map(({ name }) => name)).size === commands.length

/** @throws SottoError `bad_request` for what is no name of a command, or too long or too many */
export const encodeCommands = (
  commands: readonly BotCommandOffer[],
  salt: Uint8Array,
  writtenMs: number,
): Uint8Array => {
  if (!areOffers(commands) || !commands.every(isTitled))
    throw new SottoError('bad_request', 'these are no commands to offer')
  const list = commands.map(({ name, summary }) => [name, summary])
  return encodeCanonical({ t: 'commands', salt, ts: writtenMs, list })
}

const offersIn = (list: CborValue | undefined): readonly BotCommandOffer[] | undefined => {
  if (!Array.isArray(list) || list.length > limits.botCommandsMax) return undefined
  const commands: BotCommandOffer[] = []
  for (const pair of list as readonly CborValue[]) {
    if (!Array.isArray(pair) || pair.length !== 2) return undefined
    const [name, summary] = pair as readonly CborValue[]
    if (typeof name !== 'string' || typeof summary !== 'string') return undefined
    commands.push({ name, summary })
  }
  return areOffers(commands) ? commands.map(shownOffer) : undefined
}

/** What the bot that says it listens to: all that it listens to, so that the newest holds. */
export interface BotCommands {
  readonly kind: 'commands'
  readonly commands: readonly BotCommandOffer[]
  readonly writtenMs: number
}

export const botCommands: ContentType<BotCommands> = {
  kind: 'commands',
  read: ({ list }, writtenMs) => {
    const commands = offersIn(list)
    return commands && { kind: 'commands', commands, writtenMs }
  },
  summary: ({ commands }) => `[commands: ${commands.map(({ name }) => `/${name}`).join(' ')}]`,
  receive: receiveOffer,
}
