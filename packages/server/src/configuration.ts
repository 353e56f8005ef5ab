import { limits } from '@sotto/protocol'
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
  /** Holds the database and, beside it, `secrets/`. Made when it is missing. One server at a time can have it. */
  readonly dataDirectory: string
  /** The built web client, or null for a server that serves none. */
  readonly webDirectory: string | null
  /** The lane for programs: REST, Socket.IO, JOSE. Default false: none of its addresses exists. */
  readonly open?: boolean
  readonly clock?: Clock
  /** Goes by the clock at once, wherever it was when the server ran last. Default false: a leap is doubted for an hour. */
  readonly clockIsRight?: boolean
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
  /** The database never grows beyond this; past it the server is read-only. Default: what the disk holds. */
  readonly databaseBytesMax?: number
  readonly limits?: Partial<ServerLimits>
}

export const limitsOf = (config: ServerConfig): ServerLimits => ({ ...limits, ...config.limits })
