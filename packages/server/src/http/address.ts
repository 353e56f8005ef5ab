import type { IncomingMessage } from 'node:http'
import { isIP, isIPv6 } from 'node:net'
import proxyAddr from '@fastify/proxy-addr'
import type { Believes } from './proxies.ts'

/** The groups of an IPv6 address that name a network: one household has all addresses under them. */
const networkGroups = 4

const expand = (address: string): readonly string[] => {
  const [head = '', tail] = address.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  return [...before, ...Array.from({ length: zeros }, () => '0'), ...after]
}

/** Some proxies write the port behind an address; every connection would be somebody else. */
const withoutPort = (text: string): string =>
  /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? text

/** Everybody of whom a proxy writes what is no address. */
const unknown = 'unknown'

/** What attempts are counted by: an IPv4 address, or the /64 network of an IPv6 address. */
export const addressKey = (text: string): string => {
  const ip = withoutPort(text)
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)
  if (mapped) return mapped[1] as string
  if (isIP(ip) === 0) return unknown
  return isIPv6(ip)
    ? expand(ip.split('%')[0] as string)
        .slice(0, networkGroups)
        .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
        .join(':')
    : ip
}

type Asked = Pick<IncomingMessage, 'headers' | 'socket'>

/**
 * Whence it is asked: whoever has opened the connection; behind a believed proxy the last one in `X-Forwarded-For` that is
 * no believed proxy itself. What stands before was written by strangers.
 */
export const callerOf = (request: Asked, believes: Believes): string =>
  withoutPort(proxyAddr(request as IncomingMessage, believes) ?? '')

/** The same as {@link addressKey}. */
export const addressOf = (request: Asked, believes: Believes): string =>
  addressKey(callerOf(request, believes))
