import { createHmac, createSecretKey } from 'node:crypto'
import { type FailureCode, toHex } from '@sotto/protocol'
import { type DestinationStream, type LevelWithSilent, pino } from 'pino'
import { type Clock, systemClock } from '../configuration.ts'
import { makeLineBudget } from './lineBudget.ts'
import type { Tally } from './tally.ts'
import { makeSources } from './sources.ts'

/** Everything that can stand in the log. What is not listed here cannot be written: there is no free text. */
export interface EventFields {
  readonly account?: Uint8Array
  readonly device?: Uint8Array | null
  readonly room?: Uint8Array
  /** Where it comes from, as attempts are counted: written as `source`, keyed anew every day (`logging/sources`). */
  readonly address?: string
  readonly operation?: string
  readonly code?: FailureCode
  readonly rule?: string
  /** Written as the next power of two. */
  readonly bytes?: number
  readonly count?: number
  readonly port?: number
  readonly status?: number
  readonly durationMs?: number
  readonly help?: keyof typeof helps
  /** Which word of a list of proxies somebody falls under. */
  readonly peer?: 'loopback' | 'private' | 'public'
}

/** What whoever reads the log can do about an event. */
const helps = {
  proxy_not_believed:
    'Forwarded headers came from somebody who is not believed. If that is your proxy: --trust-proxy LIST (SOTTO_TRUST_PROXY) with its address, or with the word under "peer"',
  origin_differs:
    'A page was refused because its origin is not the host that was asked. If that is your page: let the proxy pass Host on (nginx: proxy_set_header Host $host), or name its address in --public-url URL (SOTTO_PUBLIC_URL)',
  host_unknown:
    'A request was refused because of the name in Host. If that is a name of this server: --public-url URL (SOTTO_PUBLIC_URL), or --host-names LIST (SOTTO_HOSTS)',
  certificate_refused:
    'What has come into the files of the certificate is not used, for the reason under "rule"; the one before stays. Look at --cert FILE (SSL_CERT_PATH) and --key FILE (SSL_KEY_PATH)',
  certificate_ends:
    'The certificate ends soon, and nothing newer is in its files: see to what renews it. It is taken from there without a restart',
  plain_http:
    'A password, or what is as good as one, was refused: it came over plain http from elsewhere. Two ways out: a certificate, --cert FILE (SSL_CERT_PATH) and --key FILE (SSL_KEY_PATH), or a proxy that has one, --public-url URL (SOTTO_PUBLIC_URL) and --trust-proxy LIST (SOTTO_TRUST_PROXY), and that says X-Forwarded-Proto: https',
  data_moved:
    'The files of the database were moved or deleted while the server was running: it stores nothing more. Put them back and start it again',
  disk_low: 'There is little room left on the disk of the data: make some before nothing can be stored',
  disk_full:
    'Nothing can be stored: the disk of the data, or what the database may hold, is full, or it is read-only. People can still read; it goes on by itself when there is room',
} as const

/** Whoever is connected, or reaches the port, can cause these as often as requests are taken: they have a budget of lines. */
const peersEvents = [
  'registered',
  'invite_refused',
  'login',
  'login_refused',
  'logout',
  'session_ended',
  'chain_extended',
  'key_packages_claimed',
  'room_created',
  'open_room_set',
  'commit_accepted',
  'refused',
  'rate_refused',
  'fork_reported',
  'fork_tags_differ',
  'nack',
  'room_healed',
  'hook_published',
  'hook_posted',
  'hook_refused',
  'socket_opened',
  'socket_closed',
  'socket_behind',
  'write_stalled',
] as const

export type EventName =
  | keyof typeof helps
  | (typeof peersEvents)[number]
  | 'started'
  | 'data_updated'
  | 'certificate_replaced'
  | 'clock_doubted'
  | 'disk_recovered'
  | 'append_failed'
  | 'stopping'
  | 'stopped'
  | 'administered'
  | 'account_suspended'
  | 'account_resumed'
  | 'account_removed'
  | 'room_damaged'
  | 'rooms_not_served'

const rationed: ReadonlySet<EventName> = new Set(peersEvents)

/** Who is counted: an account or user, or where the request comes from. */
export interface CountedAs {
  readonly account?: Uint8Array
  readonly address?: string
}

/** Of accounts by their id in hex, of addresses as the log writes them. */
export interface Tallies {
  readonly accounts: Tally
  readonly sources: Tally
}

export interface EventLog {
  /** Counts, for who hosts the server and asks; writes nothing. */
  count(who: CountedAs, what: Parameters<Tally['note']>[1]): void
  debug(event: EventName, fields?: EventFields): void
  info(event: EventName, fields?: EventFields): void
  warn(event: EventName, fields?: EventFields): void
  /** A bug: the class of the error and where it was thrown; its text may quote what somebody sent. */
  failure(error: unknown, fields?: EventFields): void
}

/** Whose share of the lines it is. */
const sourceOf = ({ address, account, room }: EventFields): string => {
  const id = account ?? room
  return address ?? (id ? toHex(id) : '')
}

const framesOf = (error: unknown): string[] | undefined =>
  error instanceof Error
    ? error.stack
        ?.split('\n')
        .filter((line) => /^\s+at /.test(line))
        .slice(0, 12)
        .map((line) => line.trim())
    : undefined

export interface EventLogOptions {
  readonly level: LevelWithSilent
  readonly destination: DestinationStream
  /** Ids are written as their HMAC under this key: the log alone does not tell who was where. */
  readonly idKey: Uint8Array
  /** Of the keys of addresses and the budget of lines. Default: the machine's. */
  readonly clock?: Clock
  readonly tallies?: Tallies
}

export const makeEventLog = ({
  level,
  destination,
  idKey,
  clock = systemClock,
  tallies,
}: EventLogOptions): EventLog => {
  const sources = makeSources(clock)
  const budget = makeLineBudget(clock)
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
  const key = createSecretKey(idKey)
  const keyed = (id: Uint8Array): string =>
    toHex(new Uint8Array(createHmac('sha256', key).update(id).digest())).slice(0, 16)

  const written = (fields: EventFields): Record<string, unknown> => ({
    ...(fields.account ? { account: keyed(fields.account) } : {}),
    ...(fields.device ? { device: keyed(fields.device) } : {}),
    ...(fields.room ? { room: keyed(fields.room) } : {}),
    ...(fields.address === undefined ? {} : { source: sources.of(fields.address) }),
    ...(fields.operation ? { operation: fields.operation } : {}),
    ...(fields.code ? { code: fields.code } : {}),
    ...(fields.rule ? { rule: fields.rule.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 32) } : {}),
    ...(fields.bytes === undefined ? {} : { bytes: 2 ** Math.ceil(Math.log2(Math.max(1, fields.bytes))) }),
    ...(fields.count === undefined ? {} : { count: fields.count }),
    ...(fields.port === undefined ? {} : { port: fields.port }),
    ...(fields.status === undefined ? {} : { status: fields.status }),
    ...(fields.peer ? { peer: fields.peer } : {}),
    ...(fields.help ? { help: helps[fields.help] } : {}),
    ...(fields.durationMs === undefined ? {} : { durationMs: Math.round(fields.durationMs) }),
  })

  const at =
    (name: 'debug' | 'info' | 'warn') =>
    (event: EventName, fields: EventFields = {}): void => {
      if (!logger.isLevelEnabled(name)) return
      const leftOut = rationed.has(event) ? budget.admit(event, sourceOf(fields)) : 0
      if (leftOut === undefined) return
      logger[name]({ event, ...written(fields), ...(leftOut === 0 ? {} : { leftOut }) })
    }

  const failure: EventLog['failure'] = (error, fields = {}) => {
    const kind = error instanceof Error ? error.constructor.name : typeof error
    const leftOut = budget.admit('failure', kind)
    if (leftOut === undefined) return
    logger.error({
      event: 'failure',
      error: kind,
      at: framesOf(error),
      ...written(fields),
      ...(leftOut === 0 ? {} : { leftOut }),
    })
  }

  return {
    count: ({ account, address }, what) => {
      if (account) tallies?.accounts.note(toHex(account), what)
      if (address !== undefined) tallies?.sources.note(sources.of(address), what)
    },
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    failure,
  }
}
