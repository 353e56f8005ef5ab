import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { SottoError } from '@sotto/protocol'
import { type Clock, hostDefault, isLoopback, type ServerConfig } from '../configuration.ts'
import type { EventLog } from '../logging/eventLog.ts'
import type { Certificate } from '../tls/certificate.ts'
import { addressOf } from './address.ts'
import { allowedOrigins } from './allowedOrigins.ts'
import { hostNameOf, hostsOf } from './hosts.ts'
import { isForeign, lastOf } from './origin.ts'
import { believesIn } from './proxies.ts'
import { readPublicUrl } from './publicUrl.ts'
import { inTheClear, isEncrypted, isSecureScheme } from './shelter.ts'
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
  /**
   * Whether a browser is told to come by TLS alone from now on. Not of names that stand for this machine: every other program
   * on it goes by them too.
   */
  insistsOnTls(request: Asked): boolean
  /**
   * Refuses what holds a password, or is answered with something as good as one, where it goes over a network in the clear.
   *
   * @throws SottoError `plain_http`
   */
  refuseInTheClear(request: Asked): void
  /** Whether the request is for a name of this server, and not for one that was made to point at it. */
  isForUs(request: Asked): boolean
  /** Whether this server goes by a name, with or without a port. */
  goesBy(host: string): boolean
  /** Whether a page of another site asks. */
  isForeign(request: Asked): boolean
  /** The origin of the page that asks, where the host has named it: it may use the open lane as if it were served here. */
  allowedOrigin(request: Pick<Asked, 'headers'>): string | undefined
  /** Whether the host has named any, so that answers differ by who asks. */
  readonly allowsOrigins: boolean
  /** What this server is called in the request. */
  hostOf(request: Asked): string | undefined
  /** The origin at which people open this server, where its host has said so. */
  readonly publicOrigin: string | undefined
}

const forwardedHeaders = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded'] as const

const isForwarded = (headers: IncomingHttpHeaders): boolean =>
  forwardedHeaders.some((name) => headers[name] !== undefined)

type EdgeConfig = Pick<
  ServerConfig,
  'host' | 'trustProxy' | 'trustNetwork' | 'publicUrl' | 'hostNames' | 'allowedOrigins'
>

/**
 * @param certificate what the server listens with, if it does: the names in it are names of the server
 * @throws SottoError `bad_request` for a setting that means nothing
 */
export const makeEdge = (
  config: EdgeConfig,
  clock: Clock,
  log: EventLog,
  certificate?: Pick<Certificate, 'isFor'>,
): Edge => {
  const { host: listenHost = hostDefault, trustProxy = [], trustNetwork = [], hostNames = [] } = config
  const believes = believesIn(trustProxy)
  const publicUrl = config.publicUrl === undefined ? undefined : readPublicUrl(config.publicUrl)
  const hosts = hostsOf({
    listenHost,
    publicUrl,
    hostNames,
    ...(certificate ? { isCertified: certificate.isFor } : {}),
  })
  const allowed = allowedOrigins(config.allowedOrigins ?? [])
  const signs = makeSigns(clock, log)

  const peerOf = ({ socket }: Asked): string => socket.remoteAddress ?? ''
  const forwarded = (
    request: Pick<Asked, 'headers' | 'socket'>,
    name: 'x-forwarded-proto' | 'x-forwarded-host',
  ): string | undefined =>
    believes(request.socket.remoteAddress) ? lastOf(request.headers[name]) : undefined
  const hostOf = (request: Pick<Asked, 'headers' | 'socket'>): string | undefined =>
    forwarded(request, 'x-forwarded-host') ?? request.headers.host
  const isInTheClear = inTheClear({ believes, publicUrl, trustNetwork, hostOf })

  const isSecure = (request: Asked): boolean =>
    isEncrypted(request) ||
    publicUrl?.protocol === 'https:' ||
    isSecureScheme(forwarded(request, 'x-forwarded-proto'))

  return {
    publicOrigin: publicUrl?.origin,
    allowedOrigin: ({ headers }) => allowed.of(headers),
    allowsOrigins: allowed.any,
    believes,
    hostOf,
    goesBy: (host) => hosts.isKnown(host, undefined),
    addressOf: (request) => addressOf(request, believes),
    isSecure,
    insistsOnTls: (request) =>
      isSecure(request) && (!isEncrypted(request) || !isLoopback(hostNameOf(hostOf(request) ?? '') ?? '')),
    refuseInTheClear: (request) => {
      if (!isInTheClear(request)) return
      signs.tell('plain_http', peerOf(request))
      throw new SottoError('plain_http')
    },
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
      // A page without TLS may have been written by whoever stands between, under the same name.
      const isBelow = isEncrypted(request) && /^http:/i.test(request.headers.origin ?? '')
      const verdict = isBelow || isForeign(request.headers, hostOf(request), publicUrl?.origin)
      if (verdict) signs.tell('origin_differs', peerOf(request))
      return verdict
    },
  }
}
