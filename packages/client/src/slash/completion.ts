import { type OfferedCommand, type SlashCommand, slashCommandsIn, type SlashPlace } from './table.ts'

/** Something that a text which begins with a slash may become. */
export type Completion =
  | { readonly kind: 'own'; readonly command: SlashCommand }
  | { readonly kind: 'offered'; readonly command: OfferedCommand }

/** Only what may still be the name of a command: behind it stands what it is about. */
const begun = /^\/(?<word>[^\s/]*)$/u

/** What fits a text that is being written; nothing for one that is no command, or has its name already. */
export const completionsOf = (
  text: string,
  place: SlashPlace,
  offered: readonly OfferedCommand[] = [],
): readonly Completion[] => {
  const word = begun.exec(text)?.groups?.['word']
  if (word === undefined) return []
  const own = slashCommandsIn(place).filter(
    ({ name, aliases }) => name.startsWith(word) || aliases.some((alias) => alias === word),
  )
  const others = offered.filter(({ name, bot }) => `${name}@${bot}`.startsWith(word))
  return [
    ...own.map((command): Completion => ({ kind: 'own', command })),
    ...others.map((command): Completion => ({ kind: 'offered', command })),
  ]
}

/** The text that stands there when the completion has been chosen; a blank where something is to follow. */
export const completedText = (completion: Completion, offered: readonly OfferedCommand[] = []): string => {
  switch (completion.kind) {
    case 'own':
      return `/${completion.command.name}${completion.command.argument.kind === 'none' ? '' : ' '}`
    case 'offered': {
      const { name, bot } = completion.command
      const isShared = offered.filter((one) => one.name === name).length > 1
      const isTaken = slashCommandsIn('web').some((own) => own.name === name)
      return `/${name}${isShared || isTaken ? `@${bot}` : ''} `
    }
  }
}
