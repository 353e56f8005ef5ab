import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'

/** The groups of an IPv6 address that name a network: one household has all addresses under them. */
const networkGroups = 4

const expand = (address: string): readonly string[] => {
  const [head = '', tail] = address.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  return [...before, ...Array.from({ length: zeros }, () => '0'), ...after]
}

/** What attempts are counted by: an IPv4 address, or the /64 network of an IPv6 address. */
export const addressKey = (ip: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)
  if (mapped) return mapped[1] as string
  return isIPv6(ip)
    ? expand(ip.split('%')[0] as string)
        .slice(0, networkGroups)
        .join(':')
    : ip
}

/**
 * Who has opened a connection: behind a proxy what it wrote, and of that the last, for what stands before was written
 * by whoever connected to it.
 */
export const addressOf = (
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  trustProxy: boolean,
): string => {
  const forwarded = trustProxy ? headers['x-forwarded-for'] : undefined
  const last = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded)?.split(',').at(-1)?.trim()
  return addressKey(last || (socket.remoteAddress ?? ''))
}
