import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type RegistrationMode, registrationModes, SottoError } from '@sotto/client'
import { Command, Option } from 'commander'
import { adviceOn, dataPlace, thisMachine } from '../dataPlace.ts'
import { calledFrom, typed } from '../calledAs.ts'
import { inEnvironment } from '../environment.ts'
import { dataOption } from '../host/dataOption.ts'
import { passwordWarning, tellSettings, tlsFiles } from '../host/settings.ts'
import { updateWords } from '../host/update.ts'
import { invocationOf } from '../invocation.ts'
import { listeningProblem } from '../listening.ts'
import { styled } from '../output.ts'
import { endRequested } from '../signals.ts'
import { table } from '../table.ts'

/** What is logged, from nothing to everything. */
const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const

interface Options {
  readonly port: string
  readonly host: string
  readonly data: string
  readonly open: boolean
  readonly trustProxy: string
  readonly publicUrl: string
  readonly hostNames: string
  readonly allowOrigin: string
  readonly registration?: RegistrationMode
  readonly logLevel?: (typeof logLevels)[number]
  readonly cert: string
  readonly key: string
  readonly trustNetwork: string
  readonly clockIsRight: boolean
  readonly dataIsRight: boolean
}

const webDirectory = fileURLToPath(new URL('../../../web/dist', import.meta.url))

const portOf = (text: string): number => {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new SottoError('bad_request', `${text} is not a port; ports are numbers from 1 to 65535`)
  return port
}

/** What is separated by commas or spaces. */
const listOf = (text: string): readonly string[] => text.split(/[\s,]+/).filter((entry) => entry !== '')

/** How the first account comes into being where strangers could be the first. */
const firstAccount = (registration: RegistrationMode, data: string): readonly string[] => {
  switch (registration) {
    case 'open':
      return []
    case 'invite':
      return [
        'Registration is by invitation, because others can reach this server. Create your invite in another',
        `terminal on this machine: ${calledFrom(process.cwd())} invite --data ${typed(data)}`,
      ]
    case 'closed':
      return [
        'Registration is closed, and there is no account yet. First start with --registration invite (SOTTO_REGISTRATION).',
      ]
  }
}

/** Said before people join: afterwards they would lose what they have there. */
const addressKept = [
  'Browsers store keys and messages per address. Before others join, set the address that you will keep:',
  '--public-url URL (SOTTO_PUBLIC_URL), docs/operate/proxy.md.',
]

const nextSteps = (url: string, hasWeb: boolean, first: readonly string[]): string =>
  [
    styled('bold', 'What to do next'),
    ...first.map((line) => `  ${line}`),
    ...(hasWeb
      ? [
          `  1  Open ${url} and register the first person.`,
          '  2  Open it in another browser or a private window, and register a second person.',
          '  3  Create a room, invite the second person by name, accept the invitation there, and chat.',
        ]
      : [
          '  The web client is not built: npm start does that.',
          `  1  ${calledFrom(process.cwd())} register alice --server ${url}`,
          `  2  ${calledFrom(process.cwd())} room create General`,
        ]),
    `  In a terminal: ${calledFrom(process.cwd())} register NAME --server ${url}`,
    '  Stop with Ctrl+C.',
  ].join('\n')

const dayMs = 86_400_000

/** What is the matter with a clock, and what to do about it. */
const doubtedClock = (aheadMs: number): string => {
  const days = Math.round(Math.abs(aheadMs) / dayMs)
  return [
    `The clock of this machine is ${days} days ${aheadMs > 0 ? 'ahead of' : 'behind'} the time when this server ran last.`,
    'Times that a wrong clock has set cannot be corrected, so for an hour the server continues from its last time.',
    'If the clock is right, start it once with --clock-is-right (npm start -- --clock-is-right).',
  ].join('\n')
}

export const serveCommand = (): Command =>
  new Command('serve')
    .description('run a server')
    .option('--port <port>', 'port to listen on (PORT)', process.env['PORT'] || '5000')
    .option('--host <address>', 'address to listen on (HOST)', process.env['HOST'] || 'localhost')
    .addOption(dataOption())
    .option(
      '--trust-proxy <list>',
      'proxies whose forwarded headers are trusted: addresses, networks, loopback, private (SOTTO_TRUST_PROXY)',
      process.env['SOTTO_TRUST_PROXY'] || '',
    )
    .option(
      '--public-url <url>',
      'the address that people open, behind a proxy (SOTTO_PUBLIC_URL)',
      process.env['SOTTO_PUBLIC_URL'] || '',
    )
    .option(
      '--host-names <list>',
      'more host names that the server answers to (SOTTO_HOSTS)',
      process.env['SOTTO_HOSTS'] || '',
    )
    .option(
      '--allow-origin <list>',
      'origins of front ends served elsewhere that may use the lane for programs, cookies included (SOTTO_ALLOW_ORIGIN)',
      process.env['SOTTO_ALLOW_ORIGIN'] || '',
    )
    .option(
      '--cert <file>',
      'the certificate to listen with, in PEM, with those that lead to its authority (SSL_CERT_PATH)',
      process.env['SSL_CERT_PATH'] || '',
    )
    .option('--key <file>', 'its private key, in PEM (SSL_KEY_PATH)', process.env['SSL_KEY_PATH'] || '')
    .option(
      '--trust-network <list>',
      'networks from which passwords are accepted over plain http, because nobody listens there: addresses, networks, private (SOTTO_TRUST_NETWORK)',
      process.env['SOTTO_TRUST_NETWORK'] || '',
    )
    .option('--no-open', 'switch off the open lane for programs: no REST, no Socket.IO (SOTTO_OPEN=off)')
    .addOption(
      inEnvironment(
        new Option(
          '--registration <mode>',
          'who can create an account (SOTTO_REGISTRATION); by default anyone if only this machine can reach the server, else by invitation',
        ).choices(registrationModes),
        'SOTTO_REGISTRATION',
      ),
    )
    .addOption(
      inEnvironment(
        new Option(
          '--log-level <level>',
          'what to log on standard error (SOTTO_LOG_LEVEL); by default warn in a terminal, else info',
        ).choices(logLevels),
        'SOTTO_LOG_LEVEL',
      ),
    )
    .option(
      '--clock-is-right',
      'trust the clock of this machine at once, however long the server was not running',
      false,
    )
    .option(
      '--data-is-right',
      'start with data of which parts are missing or older; missing data is then lost',
      false,
    )
    .action(async (options: Options, command: Command) => {
      const { output } = invocationOf(command)
      const place = dataPlace(options.data, thisMachine())
      const { path: dataDirectory } = place
      const port = portOf(options.port)
      const hasWeb = existsSync(join(webDirectory, 'index.html'))
      const { isPublic, startServer, threadLoad } = await import('@sotto/server')
      const trustNetwork = listOf(options.trustNetwork)
      const reach = {
        host: options.host,
        trustProxy: listOf(options.trustProxy),
        hostNames: listOf(options.hostNames),
        ...(options.publicUrl === '' ? {} : { publicUrl: options.publicUrl }),
      }
      tellSettings(output, isPublic(reach))
      const server = await startServer({
        ...reach,
        port,
        dataDirectory,
        load: threadLoad(),
        webDirectory: hasWeb ? webDirectory : null,
        open: options.open && process.env['SOTTO_OPEN'] !== 'off',
        ...tlsFiles(options.cert, options.key),
        trustNetwork,
        allowedOrigins: listOf(options.allowOrigin),
        ...(options.registration ? { registration: options.registration } : {}),
        clockIsRight: options.clockIsRight,
        dataIsRight: options.dataIsRight,
        tellUpdate: updateWords(dataDirectory, (text) => output.notice({ update: text }, text)),
        // A person at a terminal wants to know what is wrong; whoever collects a log wants all of it.
        logLevel: options.logLevel ?? (process.stderr.isTTY ? 'warn' : 'info'),
      }).catch((error: unknown) => {
        throw listeningProblem(error, port, options.host)
      })
      const { url } = server
      output.result(
        { url, data: dataDirectory, web: hasWeb, registration: server.registration },
        `\n${table([
          ['Sotto serves on', styled('bold', url)],
          ['Data directory', dataDirectory],
        ])}\n\n${nextSteps(options.publicUrl || url, hasWeb, [
          ...(server.isEmpty ? firstAccount(server.registration, dataDirectory) : []),
          ...(server.isEmpty && options.publicUrl === '' ? addressKept : []),
        ])}\n`,
      )
      const { certificate } = server
      if (certificate && !certificate.isForPublicUrl && options.publicUrl !== '')
        output.remark(
          `The certificate is not for ${options.publicUrl}: browsers and terminals will reject it.`,
        )
      const isBehindProxy = options.publicUrl.startsWith('https:') || reach.trustProxy.length > 0
      const warning = passwordWarning({ isPlain: server.isPlain, isBehindProxy, trustNetwork })
      if (warning) output.notice({ warning: 'plain_http', trusted: trustNetwork }, warning)
      const advice = adviceOn(place)
      if (advice !== undefined) output.remark(advice)
      if (server.clockDoubtedMs !== 0) output.remark(doubtedClock(server.clockDoubtedMs))
      const signal = await endRequested()
      output.remark(`\n${signal}: stopping. Press again to stop at once.`)
      await server.close()
      output.remark('Stopped.')
    })
