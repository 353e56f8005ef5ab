import type { SlashCommand } from './table.ts'

const italic = (line: string): string => (line.trim() === '' ? line : `*${line.trim()}*`)

/** What one does, in italics. They end with their line. */
export const me: SlashCommand<never> = {
  name: 'me',
  aliases: [],
  argument: { kind: 'needed', what: 'TEXT' },
  deed: { kind: 'says', text: (argument) => argument.split('\n').map(italic).join('\n') },
}

const shrugged = '¯\\_(ツ)_/¯'

export const shrug: SlashCommand<never> = {
  name: 'shrug',
  aliases: [],
  argument: { kind: 'optional', what: 'TEXT' },
  deed: { kind: 'says', text: (argument) => (argument === '' ? shrugged : `${argument} ${shrugged}`) },
}
