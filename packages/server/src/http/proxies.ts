import { isIP } from 'node:net'
import proxyAddr from '@fastify/proxy-addr'
import { SottoError } from '@sotto/protocol'

/** Whether what a peer writes about whom it speaks for is believed, by the peer's address. */
export type Believes = (address: string | undefined) => boolean

/** Words for the networks of RFC 1122 §3.2.1.3 and RFC 4291 §2.5.3, and of RFC 1918 and RFC 4193. */
const words: Readonly<Record<string, string>> = { loopback: 'loopback', private: 'uniquelocal' }

const bitsOf = (version: number): number => (version === 4 ? 32 : 128)

const isNetwork = (text: string): boolean => {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  // A network of 0 bits is everybody, and then every address is what a stranger writes.
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) > 0 && Number(bits) <= bitsOf(version))
}

/** Where a list comes from, and what stands in it. */
export interface Listing {
  readonly setting: string
  readonly entry: string
}

const ofProxies: Listing = { setting: '--trust-proxy (SOTTO_TRUST_PROXY)', entry: 'address of a proxy' }

const networkOf = (text: string, { setting, entry }: Listing): string => {
  const word = words[text.toLowerCase()]
  if (word !== undefined) return word
  if (isNetwork(text)) return text
  throw new SottoError(
    'bad_request',
    `${setting}: ${text} is no ${entry}; loopback, private, 10.0.0.7 or 10.0.0.0/24 are`,
  )
}

/**
 * Believes the proxies of a list: addresses, networks, `loopback`, `private`.
 *
 * @throws SottoError `bad_request` for an entry that is none of these
 */
export const believesIn = (list: readonly string[], listing: Listing = ofProxies): Believes => {
  const isListed = proxyAddr.compile(list.map((entry) => networkOf(entry, listing)))
  return (address) => address !== undefined && isListed(address, 0)
}
