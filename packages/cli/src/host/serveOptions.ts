import { type RegistrationMode, registrationModes } from '@sotto/client'
import { Option } from 'commander'
import { inEnvironment } from '../environment.ts'
import { dataOption } from './dataOption.ts'

/** What is logged, from nothing to everything. */
const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const

export interface ServeOptions {
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

/** A text, which the environment has where the command line does not. */
const text = (flags: string, what: string, variable: string, otherwise = ''): Option =>
  new Option(flags, `${what} (${variable})`).default(process.env[variable] || otherwise)

/** What can be said of a server when it is started, in the order of its help. */
export const serveOptions = (): readonly Option[] => [
  text('--port <port>', 'port to listen on', 'PORT', '5000'),
  text('--host <address>', 'address to listen on', 'HOST', 'localhost'),
  dataOption(),
  text(
    '--trust-proxy <list>',
    'proxies whose forwarded headers are trusted: addresses, networks, loopback, private',
    'SOTTO_TRUST_PROXY',
  ),
  text('--public-url <url>', 'the address that people open, behind a proxy', 'SOTTO_PUBLIC_URL'),
  text('--host-names <list>', 'more host names that the server answers to', 'SOTTO_HOSTS'),
  text(
    '--allow-origin <list>',
    'origins of front ends served elsewhere that may use the lane for programs, cookies included',
    'SOTTO_ALLOW_ORIGIN',
  ),
  text(
    '--cert <file>',
    'the certificate to listen with, in PEM, with those that lead to its authority',
    'SSL_CERT_PATH',
  ),
  text('--key <file>', 'its private key, in PEM', 'SSL_KEY_PATH'),
  text(
    '--trust-network <list>',
    'networks from which passwords are accepted over plain http, because nobody listens there: addresses, networks, private',
    'SOTTO_TRUST_NETWORK',
  ),
  new Option('--no-open', 'switch off the open lane for programs: no REST, no Socket.IO (SOTTO_OPEN=off)'),
  inEnvironment(
    new Option(
      '--registration <mode>',
      'who can create an account (SOTTO_REGISTRATION); by default anyone if only this machine can reach the server, else by invitation',
    ).choices(registrationModes),
    'SOTTO_REGISTRATION',
  ),
  inEnvironment(
    new Option(
      '--log-level <level>',
      'what to log on standard error (SOTTO_LOG_LEVEL); by default warn in a terminal, else info',
    ).choices(logLevels),
    'SOTTO_LOG_LEVEL',
  ),
  new Option(
    '--clock-is-right',
    'trust the clock of this machine at once, however long the server was not running',
  ).default(false),
  new Option(
    '--data-is-right',
    'start with data of which parts are missing or older; missing data is then lost',
  ).default(false),
]
