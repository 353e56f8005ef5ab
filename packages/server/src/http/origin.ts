import type { IncomingHttpHeaders } from 'node:http'

const first = (value: string | string[] | undefined): string | undefined =>
  (Array.isArray(value) ? value[0] : value)?.split(',')[0]?.trim()

const hostOfOrigin = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).host : undefined

/**
 * Whether a browser says that a page of another site made it ask. There are no cookies that such a page could ride
 * on; it is refused all the same, because nothing good begins like that.
 */
export const isForeign = (
  { headers }: { readonly headers: IncomingHttpHeaders },
  trustProxy: boolean,
): boolean => {
  if (first(headers['sec-fetch-site']) === 'cross-site') return true
  const { origin } = headers
  if (origin === undefined) return false
  const host = (trustProxy ? first(headers['x-forwarded-host']) : undefined) ?? headers.host
  return host === undefined || hostOfOrigin(origin) !== host.toLowerCase()
}
