import type { IncomingMessage } from 'node:http'
import { callerOf } from './address.ts'
import { hostNameOf } from './hosts.ts'
import { lastOf } from './origin.ts'
import { believesIn, type Believes, type Listing } from './proxies.ts'

type Asked = Pick<IncomingMessage, 'headers' | 'socket'>

/** As proxies write them; of a WebSocket some write the other. */
const secureSchemes: ReadonlySet<string> = new Set(['https', 'wss'])

export const isSecureScheme = (scheme: string | undefined): boolean =>
  secureSchemes.has(scheme?.toLowerCase() ?? '')

/** Whether a request has come by TLS to this process itself. */
export const isEncrypted = ({ socket }: Asked): boolean => 'encrypted' in socket && socket.encrypted === true

/** Whether a host, with or without a port, is that of an address: `http://NAME:5000` is not the one at `https://NAME`. */
const isAt = (host: string | undefined, { hostname, port }: URL): boolean => {
  if (host === undefined || hostNameOf(host) !== hostname) return false
  const asked = /:(\d+)$/.exec(host)?.[1]
  return asked === undefined || asked === (port === '' ? '443' : port)
}

const networks: Listing = { setting: '--trust-network (SOTTO_TRUST_NETWORK)', entry: 'network' }

export interface ShelterOptions {
  readonly believes: Believes
  readonly publicUrl: URL | undefined
  /** The networks on which nobody listens, as their host says. */
  readonly trustNetwork: readonly string[]
  /** What the server is called in a request. */
  hostOf(request: Asked): string | undefined
}

/**
 * Whether what is asked goes over a network in the clear, where whoever stands between reads it: not by TLS, not from this
 * machine, and not from a network that its host trusts.
 */
export const inTheClear = ({
  believes,
  publicUrl,
  trustNetwork,
  hostOf,
}: ShelterOptions): ((request: Asked) => boolean) => {
  const isLoopback = believesIn(['loopback'])
  const isTrusted = believesIn(trustNetwork, networks)
  const isNear = (address: string): boolean => isLoopback(address) || isTrusted(address)

  return (request) => {
    if (isEncrypted(request)) return false
    const scheme = lastOf(request.headers['x-forwarded-proto'])
    if (believes(request.socket.remoteAddress) && scheme !== undefined)
      return !isSecureScheme(scheme) && !isNear(callerOf(request, believes))
    if (publicUrl?.protocol === 'https:' && isAt(hostOf(request), publicUrl)) return false
    return !isNear(callerOf(request, believes))
  }
}
