import { lookup } from 'node:dns'
import { request as plainRequest, type IncomingMessage } from 'node:http'
import { request as secureRequest } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** What nobody outside should make this machine ask: itself, its neighbours, and what is no place at all (RFC 6890). */
const inside = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  inside.addSubnet(net, prefix, 'ipv4')

/** Of IPv6 only what is handed out for the public (RFC 4291 §2.4), without what leads to an IPv4 address or to nobody. */
const outside6 = new BlockList()
outside6.addSubnet('2000::', 3, 'ipv6')
const inside6 = new BlockList()
for (const [net, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  inside6.addSubnet(net, prefix, 'ipv6')

export const isOutside = (address: string): boolean => {
  switch (isIP(address)) {
    case 4:
      return !inside.check(address, 'ipv4')
    case 6:
      return outside6.check(address, 'ipv6') && !inside6.check(address, 'ipv6')
    default:
      return false
  }
}

export interface Reading {
  readonly bytesMax: number
  readonly timeMs: number
  readonly redirectsMax: number
  /** Also what is inside: for a feed of this machine or of its network, and only for one that is trusted. */
  readonly mayBeInside: boolean
  /** Default: the resolver of this machine. */
  readonly resolve?: typeof lookup
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * The addresses of a host, if all of them are outside. The connection is made to what was looked at: a name that leads
 * elsewhere when it is asked again leads nowhere.
 */
const lookupOutside =
  (resolve: typeof lookup): LookupFunction =>
  (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, [])
      const strange = addresses.find(({ address }) => !isOutside(address))
      if (strange || addresses.length === 0) return done(new Error(`${host} is not outside`), [])
      if (options.all === true) return done(null, addresses)
      const [first] = addresses
      done(null, first?.address ?? '', first?.family)
    })
  }

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')

/** @throws Error for what is no address of the web, or is inside */
const check = (url: URL, { mayBeInside }: Reading): void => {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error(`${url.protocol} is not read`)
  const host = hostOf(url)
  // Addresses are not looked up: what stands in the URL is where the connection goes.
  if (!mayBeInside && isIP(host) !== 0 && !isOutside(host)) throw new Error(`${host} is not outside`)
}

const ask = (url: URL, reading: Reading, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? secureRequest : plainRequest
    const options = {
      signal,
      agent: false as const,
      headers: { 'accept-encoding': 'identity', 'user-agent': 'sotto-rss' },
      ...(reading.mayBeInside ? {} : { lookup: lookupOutside(reading.resolve ?? lookup) }),
    }
    request(url, options, resolve).once('error', reject).end()
  })

const textOf = async (response: IncomingMessage, bytesMax: number): Promise<string> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bytesMax) throw new Error(`more than ${bytesMax} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * What stands at an address that somebody else may have a hand in. Each redirect is looked at like the first address;
 * all of it together is bounded in steps, bytes and time.
 *
 * @throws Error where it leads inside, is too long, too slow, no text, or refused
 */
export const readOutside = async (address: string, reading: Reading): Promise<string> => {
  const signal = AbortSignal.timeout(reading.timeMs)
  let url = new URL(address)
  for (let left = reading.redirectsMax; ; left--) {
    check(url, reading)
    const response = await ask(url, reading, signal)
    const { statusCode = 0 } = response
    const { location } = response.headers
    if (!redirects.has(statusCode) || location === undefined) {
      if (statusCode === 200) return textOf(response, reading.bytesMax)
      response.destroy()
      throw new Error(`${url.host} answers ${statusCode}`)
    }
    response.destroy()
    if (left === 0) throw new Error('too many redirects')
    const next = new URL(location, url)
    if (url.protocol === 'https:' && next.protocol !== 'https:') throw new Error('leads away from https')
    url = next
  }
}
