import {
  type CborValue,
  decodeCanonical,
  encodeCanonical,
  limits,
  messageTextProblem,
  shownTitle,
  SottoError,
  titleOf,
} from '@sotto/protocol'

/**
 * What members say to each other (protocol §11): a map whose `t` names its type. Every content carries a fresh salt,
 * so that two equal texts have different hashes. A type that this version does not know is kept as it came and shown
 * as unsupported: a later version reads it from the same bytes.
 */
export type Content =
  | { readonly kind: 'text'; readonly text: string; readonly writtenMs: number }
  /** Keys of a hook, which members tell each other; nothing to show. */
  | { readonly kind: 'hook_keys'; readonly keys: Uint8Array; readonly writtenMs: number }
  /** What the bot that says it listens to: all that it listens to, so that the newest holds. */
  | { readonly kind: 'commands'; readonly commands: readonly BotCommandOffer[]; readonly writtenMs: number }
  | { readonly kind: 'unsupported'; readonly type: string; readonly writtenMs: number }

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

const saltBytes = 16
const typeCharactersMax = 32

/**
 * @throws SottoError `too_large` when the text has more than `limits.textBytesMax` bytes, `text_empty` where nothing of it
 * would be seen, `bad_request` when it is not well-formed Unicode
 */
export const encodeText = (text: string, salt: Uint8Array, writtenMs: number): Uint8Array => {
  switch (messageTextProblem(text)) {
    case 'malformed':
      throw new SottoError('bad_request', 'text is not well-formed Unicode')
    case 'empty':
      throw new SottoError('text_empty')
    case 'long':
      throw new SottoError('too_large')
    case undefined:
      return encodeCanonical({ t: 'text', salt, ts: writtenMs, md: text })
  }
}

type ContentMap = { readonly [key: string]: CborValue }

export const encodeHookKeys = (keys: Uint8Array, salt: Uint8Array, writtenMs: number): Uint8Array =>
  encodeCanonical({ t: 'hook_keys', salt, ts: writtenMs, keys })

const isMap = (value: CborValue): value is ContentMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)

/**
 * Reads what another member wrote.
 *
 * @throws SottoError `bad_request` when it is no content at all; a known type with unknown fields is read, for
 * fields may be added
 */
export const decodeContent = (bytes: Uint8Array): Content => {
  const map = decodeCanonical(bytes)
  if (!isMap(map)) throw new SottoError('bad_request', 'content is a map')
  const {
    t: type,
    salt,
    ts: writtenMs,
    md,
    keys,
    list,
  } = map as ContentMap & Record<'t' | 'salt' | 'ts' | 'md' | 'keys' | 'list', CborValue>
  if (typeof type !== 'string' || type.length > typeCharactersMax)
    throw new SottoError('bad_request', 'content has a type')
  if (!(salt instanceof Uint8Array) || salt.length !== saltBytes)
    throw new SottoError('bad_request', 'content has a salt')
  if (typeof writtenMs !== 'number' || !Number.isSafeInteger(writtenMs) || writtenMs < 0)
    throw new SottoError('bad_request', 'content has a time')
  if (type === 'text' && typeof md === 'string' && md.isWellFormed())
    return { kind: 'text', text: md, writtenMs }
  if (type === 'hook_keys' && keys instanceof Uint8Array) return { kind: 'hook_keys', keys, writtenMs }
  const commands = type === 'commands' ? offersIn(list) : undefined
  return commands ? { kind: 'commands', commands, writtenMs } : { kind: 'unsupported', type, writtenMs }
}

/** A content in the bytes that name it, and what it says: decoded once, where it comes in. */
export interface ReadContent {
  readonly bytes: Uint8Array
  readonly content: Content
}

/** @throws SottoError `bad_request` when it is no content at all */
export const readContent = (bytes: Uint8Array): ReadContent => ({ bytes, content: decodeContent(bytes) })

const offersIn = (list: CborValue): readonly BotCommandOffer[] | undefined => {
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
