import type { OfferedCommand, SlashCommand } from './table.ts'

/** Something that a text which begins with a slash may become. */
export type Completion<Command extends SlashCommand> =
  | { readonly kind: 'own'; readonly command: Command }
  | { readonly kind: 'offered'; readonly command: OfferedCommand }

/** Only what may still be the name of a command: behind it stands what it is about. */
const begun = /^\/(?<word>[^\s/]*)$/u

/** What fits a text that is being written; nothing for one that is no command, or has its name already. */
export const completionsOf = <Command extends SlashCommand>(
  text: string,
  commands: readonly Command[],
  offered: readonly OfferedCommand[] = [],
): readonly Completion<Command>[] => {
  const word = begun.exec(text)?.groups?.['word']
  if (word === undefined) return []
  const own = commands.filter(
    ({ name, aliases }) => name.startsWith(word) || aliases.some((alias) => alias === word),
  )
  const others = offered.filter(({ name, bot }) => `${name}@${bot}`.startsWith(word))
  return [
    ...own.map((command): Completion<Command> => ({ kind: 'own', command })),
    ...others.map((command): Completion<Command> => ({ kind: 'offered', command })),
  ]
}

/** The text that stands there when the completion has been chosen; a blank where something is to follow. */
export const completedText = (
  completion: Completion<SlashCommand>,
  commands: readonly SlashCommand[],
  offered: readonly OfferedCommand[] = [],
): string => {
  switch (completion.kind) {
    case 'own':
      return `/${completion.command.name}${completion.command.argument.kind === 'none' ? '' : ' '}`
    case 'offered': {
      const { name, bot } = completion.command
      const isShared = offered.filter((one) => one.name === name).length > 1
      const isTaken = commands.some((own) => own.name === name)
      return `/${name}${isShared || isTaken ? `@${bot}` : ''} `
    }
  }
}
