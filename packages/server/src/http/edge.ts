import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Clock, ServerConfig } from '../configuration.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { addressOf } from './address.ts'
import { hostsOf } from './hosts.ts'
import { isForeign, lastOf } from './origin.ts'
import { believesIn } from './proxies.ts'
import { readPublicUrl } from './publicUrl.ts'
import { makeSigns } from './signs.ts'
import { hostsAsked } from './target.ts'

type Asked = Pick<IncomingMessage, 'headers' | 'socket' | 'url'>

/** What a server makes of a request before anybody looks at what is asked: one verdict for every lane. */
export interface Edge {
  /** For fastify, whose `request.ip` and `request.protocol` follow from it. */
  believes(address: string): boolean
  /** Who asks, as attempts are counted. */
  addressOf(request: Asked): string
  /** Whether the person at the other end has TLS. */
  isSecure(request: Asked): boolean
  /** Whether the request is for a name of this server, and not for one that was made to point at it. */
  isForUs(request: Asked): boolean
  /** Whether this server goes by a name, with or without a port. */
  goesBy(host: string): boolean
  /** Whether a page of another site asks. */
  isForeign(request: Asked): boolean
  /** What this server is called in the request. */
  hostOf(request: Asked): string | undefined
  /** The origin at which people open this server, where its host has said so. */
  readonly publicOrigin: string | undefined
}

const hostDefault = 'localhost'

/** As proxies write them; of a WebSocket some write the other. */
const secureSchemes: ReadonlySet<string> = new Set(['https', 'wss'])

const forwardedHeaders = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded'] as const

const isForwarded = (headers: IncomingHttpHeaders): boolean =>
  forwardedHeaders.some((name) => headers[name] !== undefined)

type EdgeConfig = Pick<ServerConfig, 'host' | 'trustProxy' | 'publicUrl' | 'hostNames'>

/** @throws SottoError `bad_request` for a setting that means nothing */
export const makeEdge = (config: EdgeConfig, clock: Clock, log: EventLog): Edge => {
  const { host: listenHost = hostDefault, trustProxy = [], hostNames = [] } = config
  const believes = believesIn(trustProxy)
  const publicUrl = config.publicUrl === undefined ? undefined : readPublicUrl(config.publicUrl)
  const hosts = hostsOf({ listenHost, publicUrl, hostNames })
  const signs = makeSigns(clock, log)

  const peerOf = ({ socket }: Asked): string => socket.remoteAddress ?? ''
  const forwarded = (request: Asked, name: 'x-forwarded-proto' | 'x-forwarded-host'): string | undefined =>
    believes(request.socket.remoteAddress) ? lastOf(request.headers[name]) : undefined
  const hostOf = (request: Asked): string | undefined =>
    forwarded(request, 'x-forwarded-host') ?? request.headers.host

  return {
    publicOrigin: publicUrl?.origin,
    believes,
    hostOf,
    goesBy: (host) => hosts.isKnown(host, undefined),
    addressOf: (request) => addressOf(request, believes),
    isSecure: (request) =>
      publicUrl?.protocol === 'https:' ||
      secureSchemes.has(forwarded(request, 'x-forwarded-proto')?.toLowerCase() ?? ''),
    isForUs: (request) => {
      if (isForwarded(request.headers) && !believes(request.socket.remoteAddress))
        signs.tell('proxy_not_believed', peerOf(request))
      const { localAddress } = request.socket
      const asked = [...hostsAsked(request), forwarded(request, 'x-forwarded-host')]
      const [host, ...others] = asked
      const isKnown =
        hosts.isKnown(host, localAddress) &&
        others.every((other) => other === undefined || hosts.isKnown(other, localAddress))
      if (!isKnown) signs.tell('host_unknown', peerOf(request))
      return isKnown
    },
    isForeign: (request) => {
      const verdict = isForeign(request.headers, hostOf(request), publicUrl?.origin)
      if (verdict) signs.tell('origin_differs', peerOf(request))
      return verdict
    },
  }
}
