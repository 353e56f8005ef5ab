import { type CommandEntry, everyCommand, lastWord, type OptionEntry } from './commandTable.ts'

export const shells = ['bash', 'zsh', 'fish'] as const

export type Shell = (typeof shells)[number]

/** Inside of single quotes of every one of the three shells. */
const quoted = (text: string): string => `'${text.replaceAll("'", '’').replaceAll('\\', '')}'`

const flagsOf = ({ short, long }: OptionEntry): readonly string[] => (short === null ? [long] : [short, long])

/** What may stand behind a command: its subcommands, its options, and those of `sotto` itself. */
const wordsOf = (entry: CommandEntry, root: CommandEntry): readonly string[] => [
  ...entry.children.map(lastWord),
  ...entry.options.flatMap(flagsOf),
  ...(entry === root ? [] : root.options.map(({ long }) => long)),
  '--help',
]

/** Options whose value is one of a few words. */
const choices = (root: CommandEntry): ReadonlyMap<string, readonly string[]> =>
  new Map(
    everyCommand(root).flatMap(({ options }) =>
      options
        .filter((option) => option.choices.length > 0)
        .map((option) => [option.long, option.choices] as const),
    ),
  )

const bash = (root: CommandEntry): string => {
  const commands = everyCommand(root)
  const cases = commands.map(
    (entry) => `    ${quoted(entry.path)}) words=${quoted(wordsOf(entry, root).join(' '))} ;;`,
  )
  const values = [...choices(root)].map(
    ([flag, words]) =>
      `    ${flag}) COMPREPLY=($(compgen -W ${quoted(words.join(' '))} -- "$current")); return ;;`,
  )
  return `# Completion of sotto for bash: source <(sotto completion bash)
_sotto() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path='' words='' at=1
  case "$previous" in
${values.join('\n')}
    --profile|--data|--token-file) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  while [ "$at" -lt "$COMP_CWORD" ]; do
    case " ${commands.map(({ path }) => path.replaceAll(' ', '/')).join(' ')} " in
      *" \${path:+$path/}\${COMP_WORDS[at]} "*) path="\${path:+$path/}\${COMP_WORDS[at]}" ;;
    esac
    at=$((at + 1))
  done
  case "\${path//\\// }" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _sotto sotto
`
}

/** In a description of zsh brackets and colons mean something. */
const zshText = (text: string): string => text.replaceAll(/[[\]:]/g, ' ').replaceAll("'", '’')

const zshOption = ({ short, long, value, description, choices: words }: OptionEntry): string => {
  const takes =
    value === null ? '' : `:${zshText(value)}:${words.length > 0 ? `(${words.join(' ')})` : '_files'}`
  const flags = short === null ? long : `{${short},${long}}`
  return `${flags}'[${zshText(description)}]${takes}'`
}

const zsh = (root: CommandEntry): string => {
  const functionOf = ({ path }: CommandEntry): string =>
    `_sotto${path === '' ? '' : `_${path.replaceAll(' ', '_')}`}`
  const body = (entry: CommandEntry): string => {
    const own = entry === root ? [] : root.options
    const options = [...entry.options, ...own].map((option) => `    ${zshOption(option)}`)
    if (entry.children.length === 0)
      return `${functionOf(entry)}() {\n  _arguments -s \\\n${[...options, "    '*:: :_files'"].join(' \\\n')}\n}`
    const children = entry.children.map((child) => `    '${lastWord(child)}:${zshText(child.description)}'`)
    const calls = entry.children.map((child) => `      ${lastWord(child)}) ${functionOf(child)} ;;`)
    return `${functionOf(entry)}() {
  local -a commands=(
${children.join('\n')}
  )
  local state line
  _arguments -s -C \\
${[...options, "    '1: :->command'", "    '*:: :->rest'"].join(' \\\n')}
  case $state in
    command) _describe command commands ;;
    rest) case $line[1] in
${calls.join('\n')}
    esac ;;
  esac
}`
  }
  return `#compdef sotto
# Completion of sotto for zsh: source <(sotto completion zsh), or a file _sotto on $fpath.
${everyCommand(root).map(body).join('\n')}
compdef _sotto sotto
`
}

const fish = (root: CommandEntry): string => {
  const lines = everyCommand(root).flatMap((entry) => {
    const words = entry.path === '' ? [] : entry.path.split(' ')
    const siblings = entry.children.map(lastWord).join(' ')
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`)
    const condition = [
      ...seen,
      ...(siblings === '' ? [] : [`not __fish_seen_subcommand_from ${siblings}`]),
    ].join('; and ')
    const when = condition === '' ? '' : ` -n ${quoted(condition)}`
    const children = entry.children.map(
      (child) => `complete -c sotto -f${when} -a ${lastWord(child)} -d ${quoted(child.description)}`,
    )
    const whenSeen = seen.length === 0 ? '' : ` -n ${quoted(seen.join('; and '))}`
    const options = entry.options.map(({ short, long, value, description, choices: values }) => {
      const names = `${short === null ? '' : ` -s ${short.slice(1)}`} -l ${long.slice(2)}`
      const takes = value === null ? '' : values.length > 0 ? ` -x -a ${quoted(values.join(' '))}` : ' -r'
      return `complete -c sotto${whenSeen}${names}${takes} -d ${quoted(description)}`
    })
    return [...children, ...options]
  })
  return `# Completion of sotto for fish: sotto completion fish | source\n${lines.join('\n')}\n`
}

/** A script that completes the commands and options of `sotto` in a shell. */
export const completionScript = (root: CommandEntry, shell: Shell): string => {
  switch (shell) {
    case 'bash':
      return bash(root)
    case 'zsh':
      return zsh(root)
    case 'fish':
      return fish(root)
  }
}
