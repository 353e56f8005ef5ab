import type { Argument, Command, Option } from 'commander'

/** The commands as data, for what is made of them: completion and the manual page. */
export interface CommandEntry {
  /** `room create`; empty for `sotto` itself. */
  readonly path: string
  readonly description: string
  readonly args: readonly ArgumentEntry[]
  readonly options: readonly OptionEntry[]
  readonly children: readonly CommandEntry[]
}

export interface ArgumentEntry {
  /** `<room>`, `[text]` or `<name...>`, as help shows it. */
  readonly term: string
  readonly description: string
}

export interface OptionEntry {
  readonly short: string | null
  readonly long: string
  /** `<seconds>`; null where it takes no value. */
  readonly value: string | null
  readonly description: string
  readonly choices: readonly string[]
}

const argumentEntry = (argument: Argument): ArgumentEntry => {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return { term: argument.required ? `<${name}>` : `[${name}]`, description: argument.description }
}

const optionEntry = (option: Option): OptionEntry => ({
  short: option.short ?? null,
  long: option.long ?? option.flags,
  value: /[<[][^>\]]+[>\]]/.exec(option.flags)?.[0] ?? null,
  description: option.description,
  choices: option.argChoices ?? [],
})

export const commandTable = (command: Command, path = ''): CommandEntry => ({
  path,
  description: command.description(),
  args: command.registeredArguments.map(argumentEntry),
  options: command.options.filter(({ hidden }) => !hidden).map(optionEntry),
  children: command.commands.map((child) => commandTable(child, `${path} ${child.name()}`.trim())),
})

export const everyCommand = (entry: CommandEntry): readonly CommandEntry[] => [
  entry,
  ...entry.children.flatMap(everyCommand),
]

export const lastWord = ({ path }: CommandEntry): string => path.split(' ').at(-1) ?? ''
