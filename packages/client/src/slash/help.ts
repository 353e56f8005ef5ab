import type { OfferedCommand, SlashArgument, SlashCommand } from './table.ts'

/** What is to be said, and what it does. */
export interface HelpLine {
  readonly said: string
  readonly does: string
}

const said = (name: string, argument: SlashArgument): string => {
  switch (argument.kind) {
    case 'none':
      return `/${name}`
    case 'optional':
      return `/${name} [${argument.what}]`
    case 'needed':
      return `/${name} ${argument.what}`
  }
}

/** Everything that can be said with a slash in one place, for help texts. */
export const slashHelp = (
  commands: readonly (SlashCommand & { readonly summary: string })[],
  offered: readonly OfferedCommand[] = [],
): readonly HelpLine[] => [
  ...commands.map(({ name, argument, summary }) => ({ said: said(name, argument), does: summary })),
  { said: '//TEXT', does: 'send a text that begins with /' },
  ...offered.map(({ name, summary, bot }) => ({ said: `/${name}`, does: `${summary} (${bot})` })),
]
