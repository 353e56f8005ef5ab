import type { RegistrationMode } from '@sotto/client'
import { calledFrom, typed } from '../calledAs.ts'
import { adviceOn, type DataPlace } from '../dataPlace.ts'
import { type Output, styled } from '../output.ts'
import { table } from '../table.ts'
import { passwordWarning } from './settings.ts'

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

/** What a server says of itself when it listens. */
interface Listening {
  readonly url: string
  /** Who may make an account, and whether nobody has one. */
  readonly registration: RegistrationMode
  readonly isEmpty: boolean
  /** Whether others than this machine reach it without TLS of its own. */
  readonly isPlain: boolean
  readonly certificate: { readonly isForPublicUrl: boolean } | undefined
  /** How far the clock of this machine is ahead of what is believed. */
  readonly clockDoubtedMs: number
}

/** A server that listens, and what was said of it. */
export interface Started<Server extends Listening = Listening> {
  readonly server: Server
  readonly place: DataPlace
  readonly hasWeb: boolean
  /** Empty where none was said. */
  readonly publicUrl: string
  readonly trustProxy: readonly string[]
  readonly trustNetwork: readonly string[]
}

/** Says where it is, and what to do next. */
export const tellStarted = (output: Output, { server, place, hasWeb, publicUrl }: Started): void => {
  const { url, registration, isEmpty } = server
  const first = [
    ...(isEmpty ? firstAccount(registration, place.path) : []),
    ...(isEmpty && publicUrl === '' ? addressKept : []),
  ]
  output.result(
    { url, data: place.path, web: hasWeb, registration },
    `\n${table([
      ['Sotto serves on', styled('bold', url)],
      ['Data directory', place.path],
    ])}\n\n${nextSteps(publicUrl || url, hasWeb, first)}\n`,
  )
}

/** Says what whoever runs it should know and may not want. */
export const tellDoubts = (
  output: Output,
  { server, place, publicUrl, trustProxy, trustNetwork }: Started,
): void => {
  const { certificate, isPlain, clockDoubtedMs } = server
  if (certificate && !certificate.isForPublicUrl && publicUrl !== '')
    output.remark(`The certificate is not for ${publicUrl}: browsers and terminals will reject it.`)
  const isBehindProxy = publicUrl.startsWith('https:') || trustProxy.length > 0
  const warning = passwordWarning({ isPlain, isBehindProxy, trustNetwork })
  if (warning) output.notice({ warning: 'plain_http', trusted: trustNetwork }, warning)
  const advice = adviceOn(place)
  if (advice !== undefined) output.remark(advice)
  if (clockDoubtedMs !== 0) output.remark(doubtedClock(clockDoubtedMs))
}
