import type { OfferedCommand, SlashCommand, SlashSubject } from './table.ts'

/** What a text that was written asks for. */
export type Slash<Run> =
  | { readonly kind: 'nothing' }
  /** To be sent, and maybe not quite as it was written. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'run'; readonly run: Run; readonly argument: string }
  /** A command that lacks what it is about: it is told, and not sent. */
  | { readonly kind: 'incomplete'; readonly name: string; readonly what: SlashSubject }
  /** No command of anybody here: it is told, and not sent. */
  | { readonly kind: 'unknown'; readonly command: string }

/** `/remind`, or `/remind@tick` where several bots listen to the same word. */
const spoken = /^\/(?<command>[^\s]+)(?:\s+(?<argument>[^]*))?$/u

const isMeant = ({ name, bot }: OfferedCommand, command: string): boolean =>
  command === name || command === `${name}@${bot}`

/**
 * @param commands what can be said where this was written
 * @param offered what the bots of the room listen to: such a text is sent as it is, for them and for all to see. What
 *   Sotto understands itself it takes first; a bot of that word is reached with its name, as in `/help@tick`.
 */
export const parseSlash = <Run>(
  text: string,
  commands: readonly SlashCommand<Run>[],
  offered: readonly OfferedCommand[] = [],
): Slash<Run> => {
  if (text.trim() === '') return { kind: 'nothing' }
  if (!text.startsWith('/')) return { kind: 'text', text }
  if (text.startsWith('//')) return { kind: 'text', text: text.slice(1) }
  const { command = '', argument = '' } = spoken.exec(text.trimEnd())?.groups ?? {}
  const known = commands.find(({ name, aliases }) => name === command || aliases.includes(command))
  if (known) return asked(known, argument.trim())
  return offered.some((one) => isMeant(one, command))
    ? { kind: 'text', text: text.trimEnd() }
    : { kind: 'unknown', command }
}

const asked = <Run>({ name, argument: takes, deed }: SlashCommand<Run>, argument: string): Slash<Run> => {
  if (takes.kind === 'needed' && argument === '') return { kind: 'incomplete', name, what: takes.what }
  switch (deed.kind) {
    case 'says':
      return { kind: 'text', text: deed.text(argument) }
    case 'runs':
      return { kind: 'run', run: deed.run, argument }
  }
}
