import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { SottoError } from '@sotto/protocol'

/** `host` of RFC 3986 §3.2.2 with a port, and nothing that a parser of addresses would take for something else. */
const hostAndPort = /^(\[[0-9a-f:.]+\]|[^\s:/?#@\\[\]]+)(?::\d{0,5})?$/i

/**
 * A host without port, as names are compared: lower case, without the dot of the root, addresses in their one form.
 * Undefined for what is none.
 */
export const hostNameOf = (host: string): string | undefined => {
  const name = hostAndPort.exec(host)?.[1]
  if (name === undefined || !URL.canParse(`http://${name}`)) return undefined
  return new URL(`http://${name}`).hostname.replace(/\.$/, '')
}

const literal = (address: string): string => (isIP(address) === 6 ? `[${address.split('%')[0]}]` : address)

const everywhere: ReadonlySet<string> = new Set(['0.0.0.0', '::'])

const addressesHere = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address))

export interface HostsOptions {
  /** What the server listens on. */
  readonly listenHost: string
  readonly publicUrl: URL | undefined
  /** What the host calls it beside that. */
  readonly hostNames: readonly string[]
  /** Whether its certificate names it so. */
  isCertified?(name: string): boolean
}

/**
 * The names that a server goes by. Whoever lets another name point at this machine (DNS rebinding) has a page whose
 * origin is that name, and the browser sends it along.
 */
export interface Hosts {
  /** @param localAddress on which the connection came: no name leads there by accident */
  isKnown(host: string | undefined, localAddress: string | undefined): boolean
}

/** @throws SottoError `bad_request` for a name that is none */
export const hostsOf = ({
  listenHost,
  publicUrl,
  hostNames,
  isCertified = () => false,
}: HostsOptions): Hosts => {
  const added = hostNames.map((text) => {
    const name = hostNameOf(text)
    if (name === undefined || name.includes('*'))
      throw new SottoError(
        'bad_request',
        `--host-names (SOTTO_HOSTS): ${text} is no name of a server; chat.example.org or 10.0.0.7 are`,
      )
    return name
  })
  const isEverywhere = everywhere.has(listenHost)
  const here = [listenHost, ...(isEverywhere ? addressesHere() : [])]
    .map((address) => hostNameOf(literal(address)))
    .filter((name) => name !== undefined)
  const known = new Set(['localhost', '127.0.0.1', '[::1]', ...here, ...added])
  if (publicUrl) known.add(publicUrl.hostname.replace(/\.$/, ''))
  /** An address that this machine has got since the start. */
  const isHere = (name: string, localAddress: string | undefined): boolean =>
    isEverywhere &&
    localAddress !== undefined &&
    name === hostNameOf(literal(localAddress.replace(/^::ffff:(?=\d+\.)/i, '')))

  return {
    isKnown: (host, localAddress) => {
      const name = host === undefined ? undefined : hostNameOf(host)
      return name !== undefined && (known.has(name) || isHere(name, localAddress) || isCertified(name))
    },
  }
}
