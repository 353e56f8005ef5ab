import {
  type OfferedCommand,
  type SlashCommand,
  slashCommandsIn,
  type SlashName,
  type SlashPlace,
  type SlashSubject,
} from './table.ts'

/** What a text that was written asks for. */
export type Slash =
  | { readonly kind: 'nothing' }
  /** To be sent, and maybe not quite as it was written. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'run'; readonly name: Exclude<SlashName, 'me' | 'shrug'>; readonly argument: string }
  /** A command that lacks what it is about: it is told, and not sent. */
  | { readonly kind: 'incomplete'; readonly name: SlashName; readonly what: SlashSubject }
  /** No command of anybody here: it is told, and not sent. */
  | { readonly kind: 'unknown'; readonly command: string }

/** `/remind`, or `/remind@tick` where several bots listen to the same word. */
const spoken = /^\/(?<command>[^\s]+)(?:\s+(?<argument>[^]*))?$/u

const isMeant = ({ name, bot }: OfferedCommand, command: string): boolean =>
  command === name || command === `${name}@${bot}`

/**
 * @param offered what the bots of the room listen to: such a text is sent as it is, for them and for all to see. What
 *   Sotto understands itself it takes first; a bot of that word is reached with its name, as in `/help@tick`.
 */
export const parseSlash = (
  text: string,
  place: SlashPlace,
  offered: readonly OfferedCommand[] = [],
): Slash => {
  if (text.trim() === '') return { kind: 'nothing' }
  if (!text.startsWith('/')) return { kind: 'text', text }
  if (text.startsWith('//')) return { kind: 'text', text: text.slice(1) }
  const { command = '', argument = '' } = spoken.exec(text.trimEnd())?.groups ?? {}
  const known = slashCommandsIn(place).find(
    ({ name, aliases }) => name === command || aliases.includes(command),
  )
  if (known) return asked(known, argument.trim())
  return offered.some((one) => isMeant(one, command))
    ? { kind: 'text', text: text.trimEnd() }
    : { kind: 'unknown', command }
}

const shrug = '¯\\_(ツ)_/¯'

const asked = ({ name, argument: takes }: SlashCommand, argument: string): Slash => {
  if (takes.kind === 'needed' && argument === '') return { kind: 'incomplete', name, what: takes.what }
  switch (name) {
    case 'me':
      // Italics end with their line.
      return { kind: 'text', text: argument.split('\n').map(italic).join('\n') }
    case 'shrug':
      return { kind: 'text', text: argument === '' ? shrug : `${argument} ${shrug}` }
    case 'invite':
    case 'members':
    case 'leave':
    case 'help':
    case 'quit':
      return { kind: 'run', name, argument }
  }
}

const italic = (line: string): string => (line.trim() === '' ? line : `*${line.trim()}*`)
