import { exitTexts } from './exitCodes.ts'
import { type CommandEntry, everyCommand, type OptionEntry } from './commandTable.ts'

/** A text in roff: what would be a request or an escape is none. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1')
    .replaceAll('’', '\\(cq')
    .replaceAll('…', '...')

const bold = (text: string): string => `\\fB${roff(text)}\\fR`

const optionLines = ({ short, long, value, description, choices }: OptionEntry): readonly string[] => {
  const flags = [short, long].flatMap((flag) => (flag === null ? [] : [bold(flag)])).join(', ')
  const among = choices.length > 0 ? ` (${choices.join(', ')})` : ''
  return ['.TP', value === null ? flags : `${flags} \\fI${roff(value)}\\fR`, roff(`${description}${among}`)]
}

const commandLines = (entry: CommandEntry): readonly string[] => {
  const args = entry.args.map(({ term }) => `\\fI${roff(term)}\\fR`)
  const options = entry.options.length > 0 ? ['\\fI[options]\\fR'] : []
  const described = entry.args.filter(({ description }) => description !== '')
  return [
    '.SS',
    [bold(`sotto ${entry.path}`), ...args, ...options].join(' '),
    roff(entry.description),
    ...described.flatMap(({ term, description }) => ['.TP', `\\fI${roff(term)}\\fR`, roff(description)]),
    ...entry.options.flatMap(optionLines),
  ]
}

const environment = [
  ['SOTTO_PROFILE', 'the profile directory, in place of --profile'],
  ['SOTTO_KEYS', 'where the keys of a new profile go, in place of --keys'],
  [
    'SOTTO_PASSPHRASE',
    'the passphrase of the profile; SOTTO_PASSPHRASE_FILE: a file with it in the first line',
  ],
  ['SOTTO_SERVER', 'address of the server, in place of --server'],
  ['SOTTO_DATA', 'the data directory of sotto serve'],
  ['SOTTO_REGISTRATION', 'who can create an account on sotto serve, in place of --registration'],
  ['SOTTO_LOG_LEVEL', 'what sotto serve logs, in place of --log-level'],
  ['SOTTO_OPEN', 'off: sotto serve without the open lane'],
  ['PORT, HOST', 'where sotto serve listens'],
  ['SSL_CERT_PATH, SSL_KEY_PATH', 'files of its certificate and key, in place of --cert and --key'],
  [
    'SOTTO_TRUST_NETWORK',
    'networks from which sotto serve accepts passwords over plain http, in place of --trust-network',
  ],
  [
    'SOTTO_ENV_FILE',
    'the file from which serve, invite and admin read what the environment does not set, in place of .env; off: none',
  ],
  ['NODE_EXTRA_CA_CERTS', 'file of certificates in PEM that are trusted beside those of the system'],
  ['NO_COLOR', 'set to anything: no colours'],
] as const

/** The manual page of `sotto`, in roff: man(7). */
export const manualPage = (root: CommandEntry): string => {
  const commands = everyCommand(root).filter(({ path, children }) => path !== '' && children.length === 0)
  const lines = [
    '.TH SOTTO 1',
    '.SH NAME',
    `sotto \\- ${roff(root.description.toLowerCase())}`,
    '.SH SYNOPSIS',
    `${bold('sotto')} \\fI[options] command\\fR`,
    '.SH OPTIONS',
    ...root.options.flatMap(optionLines),
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    '.SH EXIT STATUS',
    ...exitTexts.flatMap(({ exit, text }) => ['.TP', `\\fB${exit}\\fR`, roff(text)]),
    '.SH ENVIRONMENT',
    ...environment.flatMap(([name, text]) => ['.TP', bold(name), roff(text)]),
    '.SH SEE ALSO',
    roff('docs/api/cli.md says what is printed with --json.'),
  ]
  return `${lines.join('\n')}\n`
}
