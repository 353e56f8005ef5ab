import type { IncomingHttpHeaders } from 'node:http'

/** What a header says that a proxy has written, in a chain of them the last: the nearest one. */
export const lastOf = (value: string | string[] | undefined): string | undefined =>
  (Array.isArray(value) ? value.join(',') : value)?.split(',').at(-1)?.trim()

/** A host as the scheme of an origin has it: 443 is no part of an address that begins with https. */
const originAt = (origin: URL, host: string): string | undefined => {
  const address = `${origin.protocol}//${host}`
  return URL.canParse(address) ? new URL(address).host : undefined
}

/**
 * Whether a browser says that a page of another site made it ask: its `Origin` is neither the host that is asked nor
 * `own`. There are no cookies that such a page could ride on; it is refused all the same, because nothing good begins
 * like that.
 *
 * @param host of this server, as whoever asks calls it
 * @param own the origin at which people open this server, where that is known
 */
export const isForeign = (
  headers: IncomingHttpHeaders,
  host: string | undefined,
  own: string | undefined,
): boolean => {
  if (lastOf(headers['sec-fetch-site']) === 'cross-site') return true
  const { origin } = headers
  if (origin === undefined || origin === own) return false
  if (host === undefined || !URL.canParse(origin)) return true
  const from = new URL(origin)
  return from.host === '' || from.host !== originAt(from, host)
}
