import { readFileSync } from 'node:fs'
import { failures } from '@sotto/client'

/** The pages under `docs/api/sdk`, made from the doc comments of what a program can import. */
export interface Page {
  /** From the root of the repository. */
  readonly path: string
  readonly text: string
}

interface Chapter {
  readonly file: string
  readonly title: string
  readonly entrance: string
  readonly about: string
  /** Each source with what is shown of it, in this order; nothing named is everything exported. */
  readonly sources: readonly (readonly [path: string, ...names: readonly string[]])[]
  /** A folder with a table of commands and a file for each. */
  readonly commands?: string
}

const client = 'packages/client'
const sdk = `${client}/src/sdk`

const chapters: readonly Chapter[] = [
  {
    file: 'sotto.md',
    title: 'A client for programs',
    entrance: '`@sotto/client/node`, `@sotto/client/web`; types: `@sotto/client`',
    about: 'Opening a client, rooms by their names, sending, history, typed events.',
    sources: [
      [`${client}/adapters/node/sotto.ts`],
      [`${client}/adapters/node/nodeClient.ts`],
      [`${client}/adapters/web/sotto.ts`],
      [`${client}/adapters/web/webClient.ts`],
      [`${sdk}/sotto.ts`],
      [`${sdk}/events.ts`, 'Message', 'SottoEvents'],
      [`${sdk}/deliveries.ts`],
      [`${sdk}/reading.ts`],
      [`${sdk}/history.ts`, 'HistoryOptions', 'HistoryPage'],
    ],
  },
  {
    file: 'bot.md',
    title: 'Bots',
    entrance: '`@sotto/client/node`; types: `@sotto/client`',
    about: 'A member that is a program. How to run one: [bots.md](../bots.md).',
    sources: [
      [`${client}/adapters/node/bot.ts`],
      [`${sdk}/bot/speech.ts`],
      [`${sdk}/bot/bot.ts`],
      [`${sdk}/bot/scope.ts`, 'BotScope', 'BotCommand'],
      [`${sdk}/bot/presence.ts`, 'BotInvitations'],
      [`${sdk}/bot/handling.ts`, 'BotTrouble'],
    ],
  },
  {
    file: 'client.md',
    title: 'The client below',
    entrance: '`@sotto/client`',
    about:
      'What `sotto.client` can do, and the views that rooms, members and messages are told in: plain data. Each command takes one plain object and rejects with a `SottoError`.',
    sources: [
      [`${client}/src/view.ts`],
      [`${client}/src/draft/draft.ts`],
      [`${client}/src/content/text/textPart.ts`, 'TextPart'],
      [`${client}/src/content/react/react.ts`, 'Reactions'],
      [`${client}/src/content/react/reactions.ts`, 'ReactionView'],
    ],
    commands: `${client}/src/commands`,
  },
  {
    file: 'commands.md',
    title: 'Slash commands',
    entrance: '`@sotto/client`',
    about: 'The table that the web client and `sotto chat` share, for programs with an input of their own.',
    sources: [
      [`${client}/src/slash/table.ts`],
      [`${client}/src/slash/sayings.ts`, 'me', 'shrug'],
      [`${client}/src/slash/parse.ts`],
      [`${client}/src/slash/completion.ts`],
      [`${client}/src/slash/help.ts`],
    ],
  },
]

const root = new URL('../../', import.meta.url)
const note =
  '<!-- Made from the doc comments by `node tests/bots/writeSdkPages.ts`; a test holds it to them. -->'

interface Declaration {
  readonly name: string
  readonly comment: string
  readonly code: string
}

const declared =
  /(?:\/\*\*(?<comment>(?:(?!\*\/)[^])*)\*\/\n)?export (?<kind>interface|type|const) (?<name>\w+)/g

/** To the closing brace of an interface, the end of a type, or the type of a function. */
const codeFrom = (source: string, at: number, kind: string): string => {
  const rest = source.slice(at)
  switch (kind) {
    case 'interface':
      return rest.slice(0, rest.indexOf('\n}') + 2).replace(/^(?<head>[^\n]*\{\})[^]*$/, '$<head>')
    case 'type':
      return rest.split('\n\n')[0] ?? ''
    default: {
      const [, name = '', parameters = '', result = ''] =
        /^export const (\w+) = (?:async )?(\([^]*?\)): ([^]+?) =>/.exec(rest) ?? []
      const [constant = ''] = /^export const [^=]+/.exec(rest) ?? []
      const plain = parameters.replace(/^\(\{[^]*\}: (?<type>\w+)\)$/, '(options: $<type>)')
      return name === '' ? constant.trim() : `${name}${plain}: ${result}`
    }
  }
}

const declarationsOf = (source: string): readonly Declaration[] =>
  [...source.matchAll(declared)].map((found) => {
    const { comment = '', kind = '', name = '' } = found.groups ?? {}
    const at = found.index + found[0].indexOf(`export ${kind}`)
    return { name, comment, code: codeFrom(source, at, kind).replace(/^export /, '') }
  })

/** A comment as a paragraph; its tags as a list, its example as it stands. */
const prose = (comment: string): string => {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
  const text = lines.join('\n').trim()
  const [before = '', example] = text.split(/^@example\n/m)
  const [words = '', ...tags] = before.trim().split(/^@/m)
  const list = tags.map(
    (tag) =>
      `- _${/^\w+/.exec(tag)?.[0]}_ ${tag
        .replace(/^\w+\s*/, '')
        .replace(/\s*\n\s*/g, ' ')
        .trim()}`,
  )
  const inline = words.replace(/\s@returns ([^]*)$/, '\n\n- _returns_ $1')
  return [inline.trim(), list.join('\n'), example?.trim() ?? ''].filter((part) => part !== '').join('\n\n')
}

const section = ({ name, comment, code }: Declaration, place: string): string =>
  [`## ${name}${place}`, prose(comment), `\`\`\`ts\n${code}\n\`\`\``]
    .filter((part) => part !== '')
    .join('\n\n')

/** The commands of a table, in its order: of the file of each, what it is asked with and answers. */
const commandsIn = (folder: string): readonly Declaration[] => {
  const read = (name: string): string => readFileSync(new URL(`${folder}/${name}.ts`, root), 'utf8')
  const [, names = ''] = /export const commands = \{\n([^}]*)\}/.exec(read('table')) ?? []
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .flatMap((name) => {
      const asked = declarationsOf(read(name)).find(({ code }) => code.startsWith('type '))
      return asked ? [{ ...asked, name, code: asked.code.replace(/^type \w+ =/, `${name}:`) }] : []
    })
}

const chapterText = ({ title, entrance, about, sources, commands }: Chapter): string => {
  const sections = sources.flatMap(([path, ...names]) => {
    const all = declarationsOf(readFileSync(new URL(path, root), 'utf8'))
    const shown = names.length === 0 ? all : all.filter(({ name }) => names.includes(name))
    const place = path.includes('adapters/web') ? ' (browser)' : ''
    return shown.map((one) => section(one, place))
  })
  if (commands) sections.push(...commandsIn(commands).map((one) => section(one, '')))
  return `# ${title}\n\n${note}\n\n${about}\n\nFrom ${entrance}.\n\n${sections.join('\n\n')}\n`
}

const failuresText = (): string => {
  const rows = Object.entries(failures).map(([code, { exit, text }]) => `| \`${code}\` | ${exit} | ${text} |`)
  return [
    '# Failures',
    note,
    'Every command of the SDK rejects with a `SottoError`. Its `code` is one of these, the same on the wire, in the SDK and as the exit code of `sotto`; `detail` holds numbers and short texts beside it (`retryAfterMs`, `rule`).',
    ['| code | exit | what |', '| --- | --- | --- |', ...rows].join('\n'),
  ].join('\n\n')
}

export const sdkPages = (): readonly Page[] => [
  ...chapters.map((chapter) => ({ path: `docs/api/sdk/${chapter.file}`, text: chapterText(chapter) })),
  { path: 'docs/api/sdk/failures.md', text: `${failuresText()}\n` },
]
