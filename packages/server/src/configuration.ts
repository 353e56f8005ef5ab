import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { limits, type RegistrationMode } from '@sotto/protocol'
import type { UpdateNews } from './data/update.ts'
import type { Load } from './budget/load.ts'
import type { TlsFiles } from './tls/refusal.ts'
import type { DestinationStream, LevelWithSilent } from 'pino'

/** Every bound of `protocol/limits`, as this server applies it. */
export type ServerLimits = { readonly [K in keyof typeof limits]: number }

/** Time as the server knows it; a simulation or a test hands in its own. */
export interface Clock {
  nowMs(): number
}

export const systemClock: Clock = { nowMs: () => Date.now() }

/** The last moment of ECMA-262 §21.4.1.1, less what is added to the present: a session, a certificate. */
const latestMs = 8_640_000_000_000_000 - 100_000_000_000

/** The same clock, as a whole number that a calendar can hold, whatever has become of it. */
export const boundedClock = (clock: Clock): Clock => ({
  nowMs: () => {
    const nowMs = Math.floor(clock.nowMs())
    return Number.isNaN(nowMs) ? 0 : Math.min(latestMs, Math.max(0, nowMs))
  },
})

export interface ServerConfig {
  /** 0 takes any free port. */
  readonly port: number
  /** Address to listen on. Default `localhost`: whoever wants to be reached from elsewhere says so. */
  readonly host?: string
  /** Holds the database and, beside it, `secrets/` and `marker`. Made when it is missing. One server at a time can have it. */
  readonly dataDirectory: string
  /** The built web client, or null for a server that serves none. */
  readonly webDirectory: string | null
  /** The lane for programs: REST, Socket.IO, JOSE. Default false: none of its addresses exists. */
  readonly open?: boolean
  /** Who may register. Default: anyone where only this machine reaches the server, else by invitation. */
  readonly registration?: RegistrationMode
  readonly clock?: Clock
  /** Goes by the clock at once, wherever it was when the server ran last. Default false: a leap is doubted for an hour. */
  readonly clockIsRight?: boolean
  /**
   * Goes on with data of which parts are missing or older than their marker. Default false: such data are refused, for what
   * is missing is then gone.
   */
  readonly dataIsRight?: boolean
  /** Hears of data of an earlier version, as they are copied and updated. */
  readonly tellUpdate?: (news: UpdateNews) => void
  readonly logLevel?: LevelWithSilent
  /** Where the structured log goes. Default: standard error. */
  readonly logDestination?: DestinationStream
  /**
   * The proxies whose `X-Forwarded-*` are believed: addresses, networks (`10.0.0.0/24`), `loopback`, `private`. Default:
   * nobody's.
   */
  readonly trustProxy?: readonly string[]
  /** Where people open this server: `https://chat.example.org`, without a path. */
  readonly publicUrl?: string
  /** Names this server answers to, beside those of this machine's loopback, of `host`, and of `publicUrl`. */
  readonly hostNames?: readonly string[]
  /** The certificate to listen with. Default: plain http. */
  readonly tls?: TlsFiles
  /**
   * The networks from which passwords are taken over plain http, written as those of `trustProxy`. Default: from this
   * machine alone.
   */
  readonly trustNetwork?: readonly string[]
  /** Origins of front ends that are served elsewhere and may use the open lane, cookies included: `https://app.example.org`. */
  readonly allowedOrigins?: readonly string[]
  /** The database never grows beyond this; past it the server is read-only. Default: what the disk holds. */
  readonly databaseBytesMax?: number
  /**
   * How busy the machine is, from 0 to 1: beyond a bound those wait who have had most of it. Default: nobody waits, for in a
   * process that does other things as well the load says nothing of the server.
   */
  readonly load?: Load
  readonly limits?: Partial<ServerLimits>
}

/** Whoever wants to be reached from elsewhere says so. */
export const hostDefault = 'localhost'

const ownAddresses = new BlockList()
ownAddresses.addSubnet('127.0.0.0', 8, 'ipv4')
ownAddresses.addAddress('::1', 'ipv6')

/** Whether what listens there is reached from this machine alone. A name but `localhost` may stand for anything. */
export const isLoopback = (host: string): boolean =>
  host === hostDefault ||
  (isIPv4(host) && ownAddresses.check(host, 'ipv4')) ||
  (isIPv6(host) && ownAddresses.check(host, 'ipv6'))

type Reach = Pick<ServerConfig, 'host' | 'trustProxy' | 'publicUrl' | 'hostNames'>

/** Whether others than this machine may reach a server. */
export const isPublic = ({
  host = hostDefault,
  trustProxy = [],
  publicUrl,
  hostNames = [],
}: Reach): boolean => !isLoopback(host) || Boolean(publicUrl) || trustProxy.length > 0 || hostNames.length > 0

/** Who may register: on a server that strangers may reach nobody does without an invitation, unless its host says so. */
export const registrationOf = ({
  registration,
  ...reach
}: Reach & Pick<ServerConfig, 'registration'>): RegistrationMode =>
  registration ?? (isPublic(reach) ? 'invite' : 'open')

export const limitsOf = (config: ServerConfig): ServerLimits => ({ ...limits, ...config.limits })
